import type { FuzzTarget } from '../target.ts';

const remembered: object[] = [];

/** Keeps a little of every input for ever. */
export const target: FuzzTarget = {
  name: 'planted-leak',
  seeds: () => [Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)],
  run(input) {
    remembered.push({
      length: input.length,
      words: Array.from({ length: 16 }, (_, i) => `${i}:${input[i]}`),
    });
    // Bounded in bytes so that the test machine survives; the growth is what is to be found.
    if (remembered.length > 400_000) remembered.length = 0;
  },
};
