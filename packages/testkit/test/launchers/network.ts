import { startNetwork } from '@entente/testkit';
import { spawnTied } from '@entente/testkit/repository';

// A launcher for `launcher-end.test.ts`: starts a network and a foreign program with a child of its own, tells their
// process numbers, and then does nothing, so that it has to be ended from outside.
const network = await startNetwork({ clients: ['alice'] });
const foreign = spawnTied('sh', ['-c', 'sleep 1000 & echo $$ $!; wait']);
const told = await new Promise<string>((resolve) =>
  foreign.process.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8'))),
);
const pids = [
  ...network.processes.map(({ pid }) => pid),
  foreign.process.pid,
  ...told.trim().split(' ').map(Number),
];
// Before the line: the test may send the signal at once.
process.on('SIGUSR2', () => process.exit(1));
process.stdout.write(`${JSON.stringify({ directory: network.directory, pids })}\n`);
setInterval(() => {}, 1_000_000);
