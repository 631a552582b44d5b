import { describe, expect, it } from 'vitest';
import { startPool } from './pool-network.ts';
import type { Peer } from './wire-network.ts';

const alice = 'sip:alice@contoso.example';

/** A REGISTER that a server of another pool sends for a user: it says who the user is, and has written the Contact itself. */
function registerFor(server: Peer, askedBy: readonly string[] = []) {
  return server.ask('REGISTER', 'sip:contoso.example', {
    as: 'other',
    from: alice,
    to: alice,
    contact: '<sip:mallory@client.invalid>',
    password: null,
    headers: [
      ['P-Asserted-Identity', `<${alice}>`],
      ['Path', '<sip:other.contoso.example;transport=tls;lr>'],
      ['Supported', 'path'],
      ...askedBy.map((voucher) => ['Entente-Asked-By', voucher] as const),
    ],
  });
}

async function contactsOf(peer: Peer) {
  const answer = await peer.ask('REGISTER', 'sip:contoso.example', { as: 'alice', to: alice });
  return answer.contacts.length;
}

describe('a server of another pool that registers a user here', () => {
  it('vouches for it: the binding is gone once its certificate is revoked for its key', async () => {
    await using pool = await startPool(['fe1', 'fe2', 'other']);
    const server = await pool.server('other', 'fe1');
    expect((await registerFor(server)).status).toBe(200);
    const [here, there] = [await pool.user('alice', 'fe1', false), await pool.user('alice', 'fe2', false)];
    expect([await contactsOf(here), await contactsOf(there)]).toEqual([1, 1]);
    server.revoke();
    expect([await contactsOf(here), await contactsOf(there)]).toEqual([0, 0]);
  });

  it('names those that had asked it: the binding counts only where all of them are believed', async () => {
    await using pool = await startPool(['fe1', 'other']);
    const server = await pool.server('other', 'fe1');
    const a = await pool.user('alice', 'fe1', false);
    expect((await registerFor(server, ['fe1.contoso.example'])).status).toBe(200);
    expect(await contactsOf(a)).toBe(1);
    expect((await registerFor(server, ['edge9.contoso.example 07'])).status).toBe(200);
    expect(await contactsOf(a)).toBe(0);
  });

  it.each([
    ['with a list that cannot be read', ['edge1.contoso.example;x=1']],
    ['with an endless list', Array.from({ length: 9 }, () => 'fe1.contoso.example')],
  ])('is refused %s', async (_, askedBy) => {
    await using pool = await startPool(['fe1', 'other']);
    const server = await pool.server('other', 'fe1');
    expect((await registerFor(server, askedBy)).status).toBe(400);
  });

  it('is told by the front end that a client is connected to, and by no client', async () => {
    await using pool = await startPool(['fe1', 'other']);
    const client = await pool.user('alice', 'other', false);
    const forged = await client.ask('REGISTER', 'sip:contoso.example', {
      as: 'alice',
      to: alice,
      contact: '<sip:alice@client.invalid>',
      headers: { 'Entente-Asked-By': 'edge9.contoso.example 07' },
    });
    expect(forged.status).toBe(200);
    // The server of the client has taken away what it wrote, and is believed.
    expect(await contactsOf(await pool.user('alice', 'fe1', false))).toBe(1);
  });
});
