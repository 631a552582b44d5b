import { createInterface } from 'node:readline';
import { runServer } from '@entente/host';
import { logTransactions } from '@entente/sip-relay';
import { Gateway } from './gateway.ts';
import { joinAs, readProgramConfig } from './program-config.ts';

/** One line on standard input. */
type Command =
  | { readonly id: number; readonly do: 'call'; readonly from: string; readonly to: string }
  | { readonly id: number; readonly do: 'hang-up' };

await runServer({
  name: 'demo-gateway',
  summary: 'Plays a PSTN gateway: takes its commands as JSON lines on standard input.',
  readsStdin: true,
  async check(configFile) {
    await readProgramConfig(configFile);
  },
  async start(configFile) {
    const { logger, member } = await joinAs('demo-gateway', configFile);
    const stopLogging = logTransactions(logger);
    const gateway = new Gateway(member, logger);
    await gateway.listen();
    createInterface({ input: process.stdin }).on('line', async (line) => {
      const command = JSON.parse(line) as Command;
      const { id } = command;
      try {
        const status =
          command.do === 'call' ? await gateway.call(command.from, command.to) : await gateway.hangUp();
        logger.info({ event: 'done', id, status }, `${command.do}: ${status}`);
      } catch (error) {
        logger.error({ event: 'failed', id }, (error as Error).message);
      }
    });
    return {
      async [Symbol.asyncDispose]() {
        await gateway[Symbol.asyncDispose]();
        stopLogging();
      },
    };
  },
});
