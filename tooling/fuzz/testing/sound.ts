import type { FuzzTarget } from '../target.ts';

const cache = new Map<number, string>();

/** A target with nothing to find: it has a cache, but a bounded one. */
export const target: FuzzTarget = {
  name: 'sound',
  seeds: () => [new TextEncoder().encode('INVITE sip:bob@contoso.example SIP/2.0\r\n\r\n')],
  run(input) {
    let sum = 0;
    for (const byte of input) sum = (sum * 31 + byte) & 0xff;
    cache.set(sum, new TextDecoder('latin1').decode(input.slice(0, 64)));
  },
};
