import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';

/** The rest is for the program, for connections, and for what is garbage and not collected yet. */
const share = 1 / 4;

/** Least ceiling in bytes: below it the largest message that is allowed would not fit into the share of one sender. */
export const leastCeilingBytes = 16 * 1_048_576;

/** Bytes of messages that this process can keep without running out of memory: a quarter of the heap's limit, or of the machine's memory. */
export function memoryCeiling(): number {
  // 0 or absurdly large where nothing constrains the process.
  const constrained = process.constrainedMemory?.() ?? 0;
  const memory = Math.min(
    getHeapStatistics().heap_size_limit,
    totalmem(),
    constrained > 0 ? constrained : Number.POSITIVE_INFINITY,
  );
  return Math.max(Math.floor(memory * share), leastCeilingBytes);
}
