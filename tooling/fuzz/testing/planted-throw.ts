import type { FuzzTarget } from '../target.ts';

/** Throws on an input that no seed is, but that one change of a seed makes. */
export const target: FuzzTarget = {
  name: 'planted-throw',
  seeds: () => [new TextEncoder().encode('length: 12\r\n'), new TextEncoder().encode('length: 7\r\n')],
  run(input) {
    const text = new TextDecoder('latin1').decode(input);
    if (text.startsWith('length: ') && text.includes('-')) throw new RangeError('a negative length');
  },
};
