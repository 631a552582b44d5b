import { userAddress } from '@entente/sip-proxy';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserAddresses } from './user-addresses.ts';

const realms = ['contoso.example', 'Contoso.Example', 'fabrikam.example', `${'x.'.repeat(123)}example`];

describe('the addresses of users', () => {
  it('are the same as if none was remembered, in whichever order they are asked for', () => {
    const user = fc.oneof(
      fc.constantFrom('alice', 'Alice', 'al ice', 'a%41', 'zoë', 'x'.repeat(300)),
      fc.string({ minLength: 1, maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(user, fc.constantFrom(...realms)), { maxLength: 40 }), (asked) => {
        const addresses = new UserAddresses();
        for (const [username, realm] of asked)
          expect(addresses.of(username, realm)).toBe(userAddress({ username }, realm));
      }),
    );
  });

  it('are remembered for so many users and no more, each with one realm, and long ones not at all', () => {
    const addresses = new UserAddresses();
    for (let i = 0; i < 10_000; i++) {
      const username = `user${i % 5_000}`;
      const realm = realms[i % 3] as string;
      expect(addresses.of(username, realm)).toBe(userAddress({ username }, realm));
      expect(addresses.size).toBeLessThanOrEqual(4_096);
    }
    const few = new UserAddresses();
    for (const realm of realms)
      expect(few.of('alice', realm)).toBe(userAddress({ username: 'alice' }, realm));
    few.of('x'.repeat(300), 'contoso.example');
    expect(few.size).toBe(1);
  });
});
