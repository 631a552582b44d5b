import type { FuzzTarget } from '../target.ts';

/** Never returns from an input that contains two zero bytes in a row. */
export const target: FuzzTarget = {
  name: 'planted-hang',
  hangMs: 200,
  seeds: () => [Uint8Array.of(48, 1, 0, 9), Uint8Array.of(48, 2, 7, 0)],
  run(input) {
    for (let i = 0; i < input.length; i += 1) {
      if (input[i] === 0 && input[i + 1] === 0) i -= 1;
    }
  },
};
