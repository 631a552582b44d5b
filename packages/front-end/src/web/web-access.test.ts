import { randomBytes } from 'node:crypto';
import { createCredentialRecord } from '@entente/sip';
import { createSealing, GuessLimit } from '@entente/sip-proxy';
import { describe, expect, it } from 'vitest';
import { WebAccess } from './web-access.ts';

const [username, realm, client] = ['alice', 'contoso.example', '192.0.2.1'] as const;
const address = `${username}@${realm}`;

/** A pool of two servers, each with what it knows of the account of alice. */
function createPool() {
  const key = randomBytes(32);
  const sealing = createSealing({ current: { epoch: 1, key }, keyOf: () => key }, randomBytes);
  const server = () => {
    const known = { password: 'first secret of alice', isStale: false };
    const record = () => createCredentialRecord({ username, realm, password: known.password });
    const accounts = {
      get isStale() {
        return known.isStale;
      },
    };
    const access = new WebAccess({
      sealing,
      accounts: accounts as never,
      credentials: { find: record, hasMd5: () => false },
      clock: () => 1_000_000,
      devices: {} as never,
      guesses: new GuessLimit(),
      onPassword: () => {},
      topology: () => ({ isOurDomain: () => true }) as never,
    });
    return { known, access };
  };
  return [server(), server()] as const;
}

describe('a sign-out', () => {
  it('ends the session also at a server that has old accounts, or another password, for a while', () => {
    const [one, other] = createPool();
    const signedIn = one.access.signIn({ address, client, password: one.known.password });
    const { csrf, token } = (signedIn.ok ? signedIn.value.session : {}) as { csrf: string; token: string };
    other.known.password = 'second secret of alice';
    other.known.isStale = true;
    expect(other.access.signOut({ csrf: 'of another page', token })).toMatchObject({ ok: false });
    expect(other.access.signOut({ csrf, token })).toMatchObject({ ok: true });
    other.known.password = one.known.password;
    other.known.isStale = false;
    expect(other.access.session({ token })).toMatchObject({ ok: false, problem: { reason: 'signed-out' } });
  });

  it('ends nothing for a token that nobody has sealed', () => {
    const [one] = createPool();
    expect(one.access.signOut({ csrf: 'x', token: 'x' })).toMatchObject({
      ok: false,
      problem: { reason: 'signed-out' },
    });
  });
});
