import { createLogger, runServer } from '@entente/host';

/** Lines that are more than a pipe takes before it is read. */
const lines = 2_000;

await runServer({
  name: 'example-server',
  summary: 'Fills its log.',
  async check() {},
  async start() {
    const log = createLogger({ app: 'example-server' });
    for (let at = 0; at < lines; at++) log.info({ event: 'line', at }, 'x'.repeat(200));
    // By then a write is under way that the pipe does not take.
    setTimeout(() => process.stderr.write('full\n'), 200);
    return { async [Symbol.asyncDispose]() {} };
  },
});
