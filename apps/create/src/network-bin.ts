#!/usr/bin/env node
import { nodeProblem } from './node-version.ts';

const usage = `entente-network start|hello

Runs the network in this folder, which npm create @entente has created.

  start   starts its servers, the first time with new keys and a signed topology; stays until Ctrl-C, which stops
          all of them. Status 0 after Ctrl-C, 1 where the network does not start, or a server ends by itself
  hello   registers alice and bob, delivers a message and shows its way; status 1 where it does not arrive`;

// Node would open its inspector for any process of the same user, such as that of a plugin.
process.on('SIGUSR1', () => {});
const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(what: string | undefined): Promise<number> {
  const tooOld = nodeProblem(process.versions.node);
  if (tooOld !== undefined) return fail(tooOld, 1);
  if (what === '--help' || what === '-h') {
    say(usage);
    return 0;
  }
  if (what !== 'start' && what !== 'hello')
    return fail(`expected start or hello, found ${what ?? 'nothing'}; see entente-network --help`, 2);
  const { NetworkFolderFault, hello, startNetwork } = await import('@entente/network-folder');
  try {
    if (what === 'hello') await hello(process.cwd(), say);
    else return await start(startNetwork);
    return 0;
  } catch (error) {
    if (error instanceof NetworkFolderFault) return fail(error.line, 1);
    throw error;
  }
}

async function start(startNetwork: typeof import('@entente/network-folder').startNetwork): Promise<number> {
  // Servers that have started already end with this process.
  let interrupt = (): void => process.exit(130);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt());
  const network = await startNetwork(process.cwd(), say);
  const { domain, frontEnds } = network.plan;
  const places = frontEnds.map(({ name, ports }) => `  ${name}: SIP over TLS at 127.0.0.1:${ports.sip}`);
  say(`\nThe network ${domain} runs; its logs are in the folder logs.\n${places.join('\n')}\n
In another terminal, in this folder: npm run hello
Ctrl-C stops the servers.`);
  const told = new Promise<undefined>((resolve) => {
    // npm passes on what the terminal has sent already: it comes twice.
    interrupt = () => resolve(undefined);
  });
  const ended = await Promise.race([told, network.ended]);
  if (ended === undefined) say('\nStopping the servers');
  const isClean = await network.stop();
  if (ended !== undefined)
    return fail(`${ended}; the other servers were stopped too, their logs are in logs`, 1);
  if (!isClean) return fail('a server did not stop as it should; its log in logs says more', 1);
  say('All servers have stopped; npm start starts them again, with their state.');
  return 0;
}

function fail(sentence: string, status: number): number {
  process.stderr.write(`entente-network: ${sentence}\n`);
  return status;
}

process.exitCode = await main(process.argv[2]);
