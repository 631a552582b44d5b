import { requestBetween } from '@entente/testkit/request';
import { describe, expect, it } from 'vitest';
import { loopHash } from './loop-hash.ts';

const address = 'sip:bob@contoso.example';
const hashOf = (value: string, uri = address) =>
  loopHash(
    requestBetween('sip:alice@contoso.example', address, {
      method: 'MESSAGE',
      uri,
      headers: [['Proxy-Authorization', value]],
    }),
  );

describe('the loop value', () => {
  it('is another one where one character is, wherever that is', () => {
    for (const length of [1, 2, 3, 4, 5, 270, 1_023, 1_024, 1_025, 3_000]) {
      const value = 'x'.repeat(length);
      const hash = hashOf(value);
      expect(hashOf(value)).toBe(hash);
      for (const at of [0, 1, 2, 3, length >> 1, length - 1])
        if (at < length) expect(hashOf(`${value.slice(0, at)}y${value.slice(at + 1)}`)).not.toBe(hash);
      expect(hashOf(`${value}x`)).not.toBe(hash);
    }
  });

  it('does not depend on what was hashed before', () => {
    const hash = hashOf('abcde');
    hashOf('z'.repeat(1_024));
    expect(hashOf('abcde')).toBe(hash);
  });

  it('is another one where a character goes from the Request-URI to the field', () => {
    expect(hashOf('ab', `${address}c`)).not.toBe(hashOf('cab', address));
  });
});
