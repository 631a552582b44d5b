import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Binding } from '@entente/sip-proxy/locations';
import { type RecordJson, recordToJson } from '@entente/sip-proxy/locations/replicated';
import { describe, expect, it } from 'vitest';
import { copyRequest } from './copy-message.ts';
import { PoolRegistrations } from './pool-registrations.ts';

const now = 1_700_000_000_000;
const hour = 3_600_000;
const [fe1, fe2] = ['fe1.contoso.example', 'fe2.contoso.example'] as const;

const quiet = { info() {}, warn() {} };

/** A server with room for three addresses that others make up, beside those of alice and bob. */
async function start(file?: string) {
  const lines: object[] = [];
  const gone = new Set<string>();
  const asked: boolean[] = [];
  const time = { now };
  const known = new Set(['alice@contoso.example', 'bob@contoso.example']);
  /** Users of another pool. */
  const ofOthers = new Set<string>();
  const pool = await PoolRegistrations.open({
    members: () => [fe2],
    isLiving: () => true,
    send: async (_server, { wants }) => {
      asked.push(wants);
      return true;
    },
    patience: () => setImmediate(),
    isOurs: (aor) => !ofOthers.has(aor),
    isUser: (aor) => known.has(aor),
    isBelieved: (voucher) => !gone.has(voucher),
    file: file === undefined ? undefined : { path: file, logger: quiet as never },
    maxAddresses: 3,
    clock: () => time.now,
    logger: { warn: (fields: object) => void lines.push(fields) } as never,
  });
  const tell = (records: readonly (readonly [string, RecordJson])[], serialHex = '02') =>
    pool.receive(
      copyRequest(
        { wants: false, records: records.map((one) => JSON.stringify(one)) },
        { from: fe2, to: fe1, newToken: () => 'token' },
      ),
      fe2,
      serialHex,
    );
  const contactsOf = (name: string) =>
    (pool.locations.lookup(`${name}@contoso.example`, now) as Binding[]).map(({ uri }) => uri);
  return { asked, contactsOf, gone, known, lines, pool, ofOthers, tell, time };
}

function record(name: string, uri: string, fields: Partial<Binding> = {}, at = now): [string, RecordJson] {
  const aor = `${name}@contoso.example`;
  const expiresAt = fields.expiresAt ?? now + hour;
  const binding: Binding = {
    aor,
    uri,
    q: 1,
    expiresAt,
    callId: 'c',
    cseq: 1,
    path: [],
    updatedAt: now,
    ...fields,
  };
  return [aor, recordToJson(new Map([[uri, { at, binding, until: expiresAt }]]))];
}

describe('a copy of what a server does not know yet', () => {
  it('is asked for again once it does: the other server takes it for known', async () => {
    const { asked, contactsOf, known, pool, tell } = await start();
    pool.usersChanged();
    expect(asked, 'nothing was passed over').toEqual([]);
    const carol = record('carol', 'sip:c@client.invalid');
    for (const name of ['dave', 'erin', 'frank', 'carol'])
      await tell([record(name, `sip:${name.slice(0, 1)}@client.invalid`)]);
    expect(contactsOf('carol')).toEqual([]);
    known.add('carol@contoso.example');
    pool.usersChanged();
    await setImmediate();
    expect(asked).toEqual([true]);
    await tell([carol]);
    expect(contactsOf('carol')).toEqual(['sip:c@client.invalid']);
    pool.usersChanged();
    await setImmediate();
    expect(asked, 'once').toEqual([true]);
  });

  it('is asked for again where its user comes to this pool, or its server into the topology', async () => {
    const { asked, gone, known, pool, ofOthers, tell } = await start();
    ofOthers.add('carol@contoso.example');
    await tell([record('carol', 'sip:c@client.invalid')]);
    ofOthers.clear();
    pool.usersChanged();
    await setImmediate();
    expect(asked).toHaveLength(1);
    gone.add('edge9.contoso.example');
    known.add('dave@contoso.example');
    await tell([record('dave', 'sip:d@client.invalid', { askedBy: ['edge9.contoso.example'] })]);
    gone.clear();
    pool.trustChanged();
    await setImmediate();
    expect(asked).toHaveLength(2);
  });

  it('is not asked for again because of other users, nor before it has a place', async () => {
    const { asked, contactsOf, known, pool, ofOthers, tell } = await start();
    const changed = async (...names: readonly string[]) => {
      pool.usersChanged(names.map((name) => `${name}@contoso.example`));
      await setImmediate();
    };
    const carol = record('carol', 'sip:c@client.invalid');
    ofOthers.add('carol@contoso.example');
    await tell([carol]);
    for (let i = 0; i < 5; i++) await changed('dave', 'carol', `user${i}`);
    pool.usersChanged();
    pool.trustChanged();
    await setImmediate();
    expect(asked, 'of another pool').toEqual([]);
    ofOthers.clear();
    await changed('dave');
    expect(asked, 'another user').toEqual([]);
    await changed('dave', 'carol');
    expect(asked).toEqual([true]);
    await tell([carol]);
    expect(contactsOf('carol')).toEqual(['sip:c@client.invalid']);
    await changed('carol');
    expect(asked, 'once').toEqual([true]);
    for (const name of ['erin', 'frank', 'grace'])
      await tell([record(name, `sip:${name.slice(0, 1)}@client.invalid`)]);
    await changed('grace');
    expect(asked, 'no room').toEqual([true]);
    known.add('grace@contoso.example');
    await changed('grace');
    expect(asked).toEqual([true, true]);
  });

  it('is not asked for again because of users where a server is not believed that vouches for it', async () => {
    const { asked, gone, pool, tell } = await start();
    gone.add('edge9.contoso.example');
    await tell([record('alice', 'sip:a@client.invalid', { askedBy: ['edge9.contoso.example'] })]);
    pool.usersChanged(['alice@contoso.example']);
    await setImmediate();
    expect(asked).toEqual([]);
    pool.trustChanged();
    await setImmediate();
    expect(asked).toEqual([true]);
  });

  it('is asked for again, once, where there was no room and there is some by then', async () => {
    const { asked, pool, tell, time } = await start();
    const at = (name: string, expiresAt: number) => record(name, `sip:${name}@client.invalid`, { expiresAt });
    await tell([at('erin', now + 60_000), at('frank', now + hour), at('grace', now + hour)]);
    const ticks = async (milliseconds: number) => {
      time.now += milliseconds;
      for (let i = 0; i < 3; i++) pool.tick();
      await setImmediate();
    };
    await tell([at('heidi', now + hour)]);
    await ticks(59_000);
    expect(asked, 'no room').toEqual([]);
    await ticks(2_000);
    expect(asked).toEqual([true]);
    await tell([at('heidi', now + hour)]);
    expect(pool.locations.size).toBe(3);
    await ticks(2 * hour);
    expect(asked, 'nothing was passed over since').toEqual([true]);
  });

  it('is asked for again at any change where more was passed over than is remembered', async () => {
    const { asked, pool, ofOthers, tell } = await start();
    for (let i = 0; i <= 1_000; i++) {
      ofOthers.add(`user${i}@contoso.example`);
      await tell([record(`user${i}`, 'sip:x@client.invalid')]);
      if (i < 1_000) pool.usersChanged(['dave@contoso.example']);
    }
    await setImmediate();
    expect(asked).toEqual([]);
    pool.usersChanged(['dave@contoso.example']);
    await setImmediate();
    expect(asked).toEqual([true]);
    pool.usersChanged(['dave@contoso.example']);
    await setImmediate();
    expect(asked, 'once').toEqual([true]);
  });
});

describe('a server of the pool that was taken over', () => {
  it('keeps no user out with addresses that it makes up', async () => {
    const { contactsOf, lines, pool, tell } = await start();
    const madeUp = Array.from({ length: 10 }, (_, i) => record(`nobody${i}`, 'sip:x@client.invalid'));
    expect(await tell([...madeUp, record('alice', 'sip:a@client.invalid')])).toBeUndefined();
    expect(pool.locations.size).toBe(4);
    expect(contactsOf('alice')).toEqual(['sip:a@client.invalid']);
    expect(await tell([record('bob', 'sip:b@client.invalid')])).toBeUndefined();
    expect(contactsOf('bob')).toEqual(['sip:b@client.invalid']);
    expect(lines).toEqual([{ event: 'registrations-too-many', server: fe2, count: 7 }]);
  });

  it('leaves no more entries of one address than a record has', async () => {
    const { pool, tell } = await start();
    for (let i = 0; i < 200; i++) await tell([record('alice', `sip:a${i}@client.invalid`, {}, now + i)]);
    expect([...pool.locations.records()].map(([, { size }]) => size)).toEqual([64]);
  });

  it('leaves nothing that lasts longer than a registrar grants, nor what a registrar could not replace', async () => {
    const { contactsOf, pool, tell } = await start();
    const forEver = record('alice', 'sip:a@client.invalid', { expiresAt: now + 3 * hour });
    const later = record('alice', 'sip:a@client.invalid', {}, now + 3 * hour);
    await tell([forEver, later]);
    expect(contactsOf('alice')).toEqual([]);
    const ahead = record('alice', 'sip:a@client.invalid', {}, now + hour);
    await tell([ahead]);
    await pool.locations.update('alice@contoso.example', now, () => ({ bindings: [], result: undefined }));
    await tell([ahead]);
    expect(contactsOf('alice')).toEqual([]);
  });
});

describe('a server of the pool that is no longer believed', () => {
  const forged = () => record('alice', 'sip:mallory@client.invalid', { vouchedBy: `${fe1} 01` });
  const turns = async () => {
    for (let i = 0; i < 20; i++) await setImmediate();
  };

  it('has vouched for nothing: its bindings go, the log says how many, and the others are asked for what they know', async () => {
    const { asked, contactsOf, gone, lines, pool, tell } = await start();
    await tell([forged()]);
    await tell([record('bob', 'sip:b@client.invalid')], '0a');
    pool.trustChanged();
    await turns();
    expect([contactsOf('alice'), lines, asked]).toEqual([['sip:mallory@client.invalid'], [], []]);
    gone.add(`${fe2} 02`);
    pool.trustChanged();
    await turns();
    expect([contactsOf('alice'), contactsOf('bob')]).toEqual([[], ['sip:b@client.invalid']]);
    expect(lines).toEqual([{ event: 'registrations-not-believed', count: 1 }]);
    expect(asked).toEqual([true]);
  });

  it('is not believed where another server passes on what it said', async () => {
    const { contactsOf, gone, tell } = await start();
    gone.add('fe3.contoso.example 03');
    const [aor, [entry]] = forged() as [string, [RecordJson[number]]];
    await tell([
      [aor, [[...entry.slice(0, 4), ['fe3.contoso.example 03']] as unknown as RecordJson[number]]],
    ]);
    expect(contactsOf('alice')).toEqual([]);
  });

  it('is not believed after a restart either', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'entente-registrations-'));
    const file = join(folder, 'registrations.jsonl');
    const first = await start(file);
    await first.tell([forged(), record('bob', 'sip:b@client.invalid')]);
    first.gone.add(`${fe2} 02`);
    first.pool.trustChanged();
    await first.tell([record('bob', 'sip:b@client.invalid')], '0a');
    await first.pool[Symbol.asyncDispose]();
    const second = await start(file);
    expect([second.contactsOf('alice'), second.contactsOf('bob')]).toEqual([[], ['sip:b@client.invalid']]);
    await second.tell([forged()]);
    await second.pool[Symbol.asyncDispose]();
    const third = await start(file);
    expect(third.contactsOf('alice')).toEqual(['sip:mallory@client.invalid']);
    third.gone.add(`${fe2} 02`);
    third.pool.trustChanged();
    expect(third.contactsOf('alice')).toEqual([]);
    await third.pool[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
});
