import { randomBytes } from 'node:crypto';
import { createCredentialRecord } from '@entente/sip';
import { createSealing, GuessLimit } from '@entente/sip-proxy';
import { describe, expect, it } from 'vitest';
import { WebAccess } from './web-access.ts';

const [username, realm, client] = ['alice', 'contoso.example', '192.0.2.1'] as const;
const from = 'web1.contoso.example';
const address = `${username}@${realm}`;

/** A pool of two servers, each with what it knows of the account of alice. */
function createPool() {
  const key = randomBytes(32);
  const sealing = createSealing({ current: { epoch: 1, key }, keyOf: () => key }, randomBytes);
  const server = () => {
    const guesses = new GuessLimit();
    const known = { password: 'first secret of alice', isStale: false };
    const record = () => createCredentialRecord({ username, realm, password: known.password });
    const accounts = {
      get isStale() {
        return known.isStale;
      },
      changeVerifiers: async () => 'not stored',
    };
    const access = new WebAccess({
      sealing,
      accounts: accounts as never,
      credentials: { find: record, hasMd5: () => false },
      clock: () => 1_000_000,
      devices: {} as never,
      guesses,
      onPassword: () => {},
      topology: () => ({ isOurDomain: () => true }) as never,
    });
    return { known, access, guesses };
  };
  return [server(), server()] as const;
}

describe('a sign-out', () => {
  it('ends the session also at a server that has old accounts, or another password, for a while', () => {
    const [one, other] = createPool();
    const signedIn = one.access.signIn({ address, client, password: one.known.password }, from);
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

describe('a wrong password over web services', () => {
  const user = { username, realm };
  const refused = (reason: string) => ({ ok: false, problem: { reason } });

  it('holds up a sign-in over the same ones from the address that they name, and no telephone there', () => {
    const [{ access, guesses, known }] = createPool();
    const signIn = (password: string, server = from) => access.signIn({ address, client, password }, server);
    for (let wrong = 0; wrong < 5; wrong++)
      expect(signIn('no')).toMatchObject(refused('credentials-not-accepted'));
    expect(signIn(known.password)).toMatchObject(refused('too-many-attempts'));
    expect(guesses.waitMs(user, { address: client }, 1_000_000)).toBe(0);
    expect(signIn(known.password, 'web2.contoso.example')).toMatchObject({ ok: true });
  });

  it('for another one holds up no telephone either', async () => {
    const [{ access, guesses, known }] = createPool();
    const signedIn = access.signIn({ address, client, password: known.password }, from);
    const { csrf, token } = (signedIn.ok ? signedIn.value.session : {}) as { csrf: string; token: string };
    const change = (password: string) =>
      access.changePassword({ token, csrf, client, password, newPassword: 'second secret of alice' }, from);
    for (let wrong = 0; wrong < 5; wrong++)
      expect(await change('no')).toMatchObject(refused('credentials-not-accepted'));
    expect(await change(known.password)).toMatchObject(refused('too-many-attempts'));
    expect(guesses.waitMs(user, { address: client }, 1_000_000)).toBe(0);
  });
});
