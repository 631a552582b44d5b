import { heapGrowth } from '@entente/testkit/heap';

/** The heap that one result of a function keeps, in bytes, from ten thousand kept at once. */
export function retainedBytes(make: () => unknown): number {
  const count = 10_000;
  const kept: unknown[] = new Array(count).fill(undefined);
  const bytes = heapGrowth(() => {
    for (let i = 0; i < count; i++) kept[i] = make();
  });
  if (kept.length !== count) throw new Error('nothing was kept');
  return bytes / count;
}
