import { describe, expect, it } from 'vitest';
import { startPool } from './pool-network.ts';
import type { Peer } from './wire-network.ts';

const alice = 'sip:alice@contoso.example';

/** How many contacts a server answers with. */
async function contactsOf(peer: Peer, as: string) {
  const answer = await peer.ask('REGISTER', 'sip:contoso.example', { as, to: `sip:${as}@contoso.example` });
  return answer.contacts.length;
}

describe('a pool', () => {
  it('serves each user at each of its servers', async () => {
    await using pool = await startPool(['fe1', 'fe2']);
    const users = await Promise.all([pool.user('alice', 'fe1'), pool.user('bob', 'fe2')]);
    const [a, b] = users;
    await pool.reaches(b, 'bob', 'alice');
    await pool.reaches(a, 'alice', 'bob');
    expect(users.map(({ received }) => received.length)).toEqual([1, 1]);
  });

  it('finds a user whose registrar is dead by the copy of another server', async () => {
    await using pool = await startPool(['fe1', 'fe2', 'fe3']);
    const a = await pool.user('alice', 'fe1');
    // Registered through another server, as the client of a third one would be.
    const b = await pool.user('bob', 'fe3');
    await pool.stop('fe2');
    await pool.reaches(b, 'bob', 'alice');
    expect(a.received).toHaveLength(1);
  });

  it('lets the client of a dead server register at another one, where everybody finds it', async () => {
    await using pool = await startPool(['fe1', 'fe2', 'fe3']);
    await pool.user('alice', 'fe1');
    const b = await pool.user('bob', 'fe3');
    await pool.stop('fe1');
    const back = await pool.user('alice', 'fe2');
    await pool.reaches(b, 'bob', 'alice');
    expect(back.received).toHaveLength(1);
  });

  it('tells a server that comes back what it has missed', async () => {
    await using pool = await startPool(['fe1', 'fe2']);
    await pool.stop('fe1');
    const a = await pool.user('alice', 'fe2');
    await pool.start('fe1');
    const b = await pool.user('bob', 'fe1');
    await pool.reaches(b, 'bob', 'alice');
    expect(a.received).toHaveLength(1);
  });

  it('keeps registrations over the restart of a server that is alone', async () => {
    await using pool = await startPool(['fe1', 'other']);
    await pool.user('alice', 'fe1');
    const devices = async () => {
      const peer = await pool.user('alice', 'fe1', false);
      const answer = await peer.ask('REGISTER', 'sip:contoso.example', { as: 'alice', to: alice });
      return answer.contacts.map(({ uri }) => uri.toString());
    };
    expect(await devices()).toEqual(['sip:alice@client.invalid']);
    await pool.stop('fe1');
    await pool.start('fe1');
    expect(await devices()).toEqual(['sip:alice@client.invalid']);
    expect(pool.lines.find(({ event }) => event === 'registrations-restored')).toMatchObject({ count: 1 });
    // The connection is gone, and its client has not come back.
    const b = await pool.user('bob', 'fe1');
    expect((await b.ask('MESSAGE', alice, { as: 'bob' })).status).toBe(480);
  });
});

describe('a user', () => {
  const register = (headers: Record<string, string>) => ({ as: 'alice', to: alice, headers });
  /** Bob registers at the first server while the second one is away, and is looked for at the second one: how many texts reach them. */
  const findsBob = async (pool: Awaited<ReturnType<typeof startPool>>) => {
    await pool.stop('fe2');
    const b = await pool.user('bob', 'fe1');
    await pool.start('fe2');
    const carol = await pool.user('carol', 'fe2', false);
    await pool.reaches(carol, 'carol', 'bob');
    return b.received.length;
  };

  it('who registers and leaves again and again keeps no other one out of the copies', async () => {
    await using pool = await startPool(['fe1', 'fe2']);
    const a = await pool.user('alice', 'fe1', false);
    for (let round = 0; round < 5; round++) {
      const contacts = Array.from({ length: 16 }, (_, i) => `<sip:a${round}-${i}@client.invalid>`);
      await a.ask('REGISTER', 'sip:contoso.example', register({ Contact: contacts.join(', ') }));
      await a.ask('REGISTER', 'sip:contoso.example', register({ Contact: '*', Expires: '0' }));
    }
    expect(await findsBob(pool)).toBe(1);
  });

  it('whose client names an endless Call-ID keeps no other one out of the copies', async () => {
    await using pool = await startPool(['fe1', 'fe2']);
    const a = await pool.user('alice', 'fe1', false);
    const endless = { ...register({ Contact: '<sip:alice@client.invalid>' }), callId: 'c'.repeat(2_000) };
    expect((await a.ask('REGISTER', 'sip:contoso.example', endless)).status).toBe(400);
    expect(await findsBob(pool)).toBe(1);
  });
});

describe('what a server tells of registrations', () => {
  const record = (aor: string) => [
    aor,
    [
      [
        'sip:mallory@client.invalid',
        Date.now(),
        Date.now() + 60_000,
        {
          aor,
          uri: 'sip:mallory@client.invalid',
          q: 1,
          expiresAt: Date.now() + 60_000,
          callId: 'c',
          cseq: 1,
          path: [],
          updatedAt: Date.now(),
          flow: 'x.1',
          server: 'fe2.contoso.example',
        },
      ],
    ],
  ];
  const tell = (message: unknown, as = 'fe2') => ({
    as,
    from: `sip:${as}.contoso.example`,
    headers: { Event: 'entente-registrations' },
    offer: JSON.stringify(message),
  });
  const where = 'sip:fe1.contoso.example';
  const everything = { wants: false, records: [record('alice@contoso.example')] };

  it('counts where it is of the pool', async () => {
    await using pool = await startPool(['fe1', 'fe2']);
    const server = await pool.server('fe2', 'fe1');
    expect((await server.ask('PUBLISH', where, tell(everything))).status).toBe(200);
  });

  it('counts no longer once the certificate of the server is revoked for its key, and what others say stays', async () => {
    await using pool = await startPool(['fe1', 'fe2']);
    const forger = await pool.server('fe2', 'fe1');
    await pool.user('bob', 'fe2');
    expect((await forger.ask('PUBLISH', where, tell(everything))).status).toBe(200);
    const a = await pool.user('alice', 'fe1', false);
    expect(await contactsOf(a, 'alice')).toBe(1);
    forger.revoke();
    expect(await contactsOf(a, 'alice')).toBe(0);
    expect(await contactsOf(await pool.user('bob', 'fe1', false), 'bob')).toBe(1);
    expect(pool.lines.find(({ event }) => event === 'registrations-not-believed')).toMatchObject({
      count: 1,
    });
  });

  it('is refused where it is of another pool, of a user or of nobody', async () => {
    await using pool = await startPool(['fe1', 'other']);
    const server = await pool.server('other', 'fe1');
    expect((await server.ask('PUBLISH', where, tell(everything, 'other'))).status).toBe(403);
    expect(pool.lines.find(({ reason }) => reason === 'replication-not-allowed')).toMatchObject({
      msg: expect.stringContaining('other.contoso.example'),
    });
    const user = await pool.user('bob', 'fe1');
    const asUser = { ...tell(everything), as: 'bob', from: 'sip:bob@contoso.example' };
    expect((await user.ask('PUBLISH', where, asUser)).status).toBe(405);
    expect((await user.ask('MESSAGE', alice, { as: 'bob' })).status).toBe(480);
  });

  it.each<[string, unknown]>([
    ['no JSON object', 7],
    ['without records', { wants: true }],
    ['of an endless address', { wants: false, records: [[`${'a'.repeat(600)}@contoso.example`, []]] }],
    [
      'of more records than a message has',
      { wants: false, records: Array.from({ length: 1_001 }, () => ['alice@contoso.example', []]) },
    ],
  ])('is refused where it is %s', async (_, message) => {
    await using pool = await startPool(['fe1', 'fe2']);
    const server = await pool.server('fe2', 'fe1');
    expect((await server.ask('PUBLISH', where, tell(message))).status).toBe(400);
  });

  it('counts for others where the record of one user cannot be read, and the log says whose', async () => {
    await using pool = await startPool(['fe1', 'fe2']);
    const server = await pool.server('fe2', 'fe1');
    const broken = ['bob@contoso.example', [['k', 1, 2, {}]]];
    const message = { wants: false, records: [broken, record('alice@contoso.example')] };
    expect((await server.ask('PUBLISH', where, tell(message))).status).toBe(200);
    expect(await contactsOf(await pool.user('alice', 'fe1', false), 'alice')).toBe(1);
    expect(pool.lines.find(({ event }) => event === 'registrations-unreadable')).toMatchObject({
      msg: expect.stringContaining('bob@contoso.example'),
    });
  });

  it('is passed over where the user is not of the pool', async () => {
    await using pool = await startPool(['fe1', 'fe2']);
    const server = await pool.server('fe2', 'fe1');
    const foreign = { wants: false, records: [record('alice@fabrikam.example')] };
    expect((await server.ask('PUBLISH', where, tell(foreign))).status).toBe(200);
  });
});
