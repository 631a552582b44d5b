import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Imported by each server under test: on SIGUSR2 it collects its garbage, and says on its standard output how much is left, as one more
 * line of its log.
 */
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

process.on('SIGUSR2', () => {
  collectGarbage();
  const { external, heapUsed } = process.memoryUsage();
  process.stdout.write(`${JSON.stringify({ event: 'heap', bytes: heapUsed + external })}\n`);
});
