import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Collections at most: what one of them finds unused, as what a registry of ends watches, the next one takes away. */
const mostCollections = 8;
/** Bytes; a collection that frees less is the last. */
const little = 65_536;

/** Bytes of heap that stay after some work when its garbage is gone: what the work keeps. */
export function heapGrowth(work: () => void): number {
  const before = usedHeap();
  work();
  return usedHeap() - before;
}

/** Bytes of heap in use, once no collection finds more. */
function usedHeap(): number {
  let used = Number.POSITIVE_INFINITY;
  for (let count = 0; count < mostCollections; count++) {
    collectGarbage();
    const { heapUsed } = process.memoryUsage();
    if (used - heapUsed < little) return Math.min(used, heapUsed);
    used = heapUsed;
  }
  return used;
}
