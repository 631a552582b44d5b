import type { FuzzTarget } from '../target.ts';

const remembered: object[] = [];

/** Keeps a little of every input for ever. */
export const target: FuzzTarget = {
  name: 'planted-leak',
  seeds: () => [Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)],
  run(input) {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = input;
    remembered.push({ length: input.length, a, b, c, d, e, f, g, h });
    // Bounded so that the test machine survives, far above what a fast one executes while it is looked at.
    if (remembered.length > 6_000_000) remembered.length = 0;
  },
};
