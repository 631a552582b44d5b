import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** The heap that one result of a function keeps, in bytes, from ten thousand kept at once. */
export function retainedBytes(make: () => unknown): number {
  const count = 10_000;
  const kept: unknown[] = new Array(count).fill(undefined);
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < count; i++) kept[i] = make();
  collectGarbage();
  const bytes = (process.memoryUsage().heapUsed - before) / count;
  if (kept.length !== count) throw new Error('nothing was kept');
  return bytes;
}
