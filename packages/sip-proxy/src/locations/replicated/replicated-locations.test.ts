import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alice, binding, now, server } from '../../../test/replicated-server.ts';
import type { Binding } from '../binding.ts';
import { locationsCompliance } from '../compliance.ts';
import { type LocationRecord, ReplicatedLocations, recordFromJson, recordToJson } from './index.ts';

type Server = ReturnType<typeof server>;

const tell = (from: Server, to: Server) => {
  for (const [aor, record] of from.locations.records()) to.locations.merge(aor, record, now);
};

describe('locations of which each server has a copy keep every rule of a store', () => {
  for (const rule of locationsCompliance({ setup: () => new ReplicatedLocations(() => undefined) }))
    it(rule.title, rule.run);
  for (const rule of locationsCompliance({ setup: () => new ReplicatedLocations(async () => undefined) }))
    it(`${rule.title}, where each change is kept later`, rule.run);
});

describe('changes that two servers make apart', () => {
  it('both count', () => {
    const [one, two] = [server(), server()];
    one.put([binding({ uri: 'sip:a@192.0.2.1' })]);
    two.put([binding({ uri: 'sip:a@192.0.2.2' })]);
    tell(one, two);
    tell(two, one);
    expect(one.uris()).toEqual(['sip:a@192.0.2.1', 'sip:a@192.0.2.2']);
    expect(two.uris()).toEqual(one.uris());
  });

  it('to one flow of a device leave the later one', () => {
    const [one, two] = [server(), server()];
    const device = { instance: '<urn:uuid:1>', regId: 1 };
    one.put([binding({ uri: 'sip:a@192.0.2.1', ...device })]);
    two.put([binding({ uri: 'sip:a@192.0.2.2', ...device })], now + 1);
    tell(one, two);
    tell(two, one);
    expect([one.uris(), two.uris()]).toEqual([['sip:a@192.0.2.2'], ['sip:a@192.0.2.2']]);
  });

  it('never bring back what was removed, even by a server whose clock is behind', () => {
    const [one, two] = [server(), server()];
    one.put([binding()]);
    tell(one, two);
    two.put([], now - 10_000);
    tell(two, one);
    tell(one, two);
    expect([one.uris(), two.uris()]).toEqual([[], []]);
  });

  it('to a device that comes back leave it where the other one finds only later that its old connection is gone', () => {
    const device = { instance: '<urn:uuid:1>', regId: 1 };
    const old = binding({ ...device, uri: 'sip:a@192.0.2.1' });
    const [one, two] = [server(), server()];
    one.put([old]);
    tell(one, two);
    one.put([binding({ ...device, uri: 'sip:a@192.0.2.2', updatedAt: now + 1_000 })], now + 1_000);
    two.put([...two.locations.lookup(alice, now), binding({ uri: 'sip:b@192.0.2.3' })], now + 2_000);
    expect(two.locations.removeUser(alice, ({ updatedAt }) => updatedAt <= now + 500)).toBe(2);
    tell(one, two);
    tell(two, one);
    expect(one.uris()).toEqual(['sip:a@192.0.2.2']);
    expect(two.uris()).toEqual(one.uris());
  });

  it('end alike at every server, whatever order they are heard of in', () => {
    const uri = fc.constantFrom('sip:a@192.0.2.1', 'sip:a@192.0.2.2', 'sip:a@192.0.2.3');
    const step = fc.record({
      server: fc.nat(2),
      uris: fc.uniqueArray(uri),
      at: fc.nat(5),
      tells: fc.array(fc.tuple(fc.nat(2), fc.nat(2)), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 12 }),
        fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 }),
        (steps, order) => {
          const servers = [server(), server(), server()] as const;
          let cseq = 0;
          for (const { at, server: index, tells, uris } of steps) {
            const bindings = uris.map((one) => binding({ uri: one, cseq: ++cseq }));
            (servers[index] as Server).put(bindings, now + at);
            for (const [from, to] of tells) tell(servers[from] as Server, servers[to] as Server);
          }
          const pairs = [
            [0, 1],
            [1, 0],
            [0, 2],
            [2, 0],
            [1, 2],
            [2, 1],
          ] as const;
          for (let round = 0; round < 2; round++)
            for (const i of order) {
              const [from, to] = pairs[i] as (typeof pairs)[number];
              tell(servers[from], servers[to]);
            }
          const states = servers.map(({ locations }) =>
            [...locations.lookup(alice, now)].map((one) => JSON.stringify(one)).sort(),
          );
          expect(states[1]).toEqual(states[0]);
          expect(states[2]).toEqual(states[0]);
        },
      ),
    );
  });

  it('are nothing new the second time', () => {
    const [one, two] = [server(), server()];
    one.put([binding()]);
    const record = one.sent[0] as LocationRecord;
    expect(two.locations.merge(alice, record, now)).toBeDefined();
    expect(two.locations.merge(alice, record, now)).toBeUndefined();
  });
});

describe('who has vouched for a binding', () => {
  const [fe2, fe3] = ['fe2.contoso.example 02', 'fe3.contoso.example 03'] as const;
  /** What one server tells another one, as it arrives there. */
  const arrives = (from: Server, to: Server, by: string) => {
    for (const [aor, record] of from.locations.records()) {
      const json = JSON.parse(JSON.stringify(recordToJson(record)));
      const read = recordFromJson(json, aor, now, by);
      if (read !== undefined) to.locations.merge(aor, read, now);
    }
  };
  const without =
    (...gone: string[]) =>
    (voucher: string) =>
      !gone.includes(voucher);

  it('is each server by which it has come: it goes with any of them, and what others have told stays', () => {
    const [one, two, three] = [server(), server(), server()];
    two.put([binding({ uri: 'sip:a@192.0.2.2' })]);
    arrives(two, three, fe2);
    three.put([...three.locations.lookup(alice, now), binding({ uri: 'sip:a@192.0.2.3' })], now + 1);
    arrives(three, one, fe3);
    one.put([...one.locations.lookup(alice, now), binding()], now + 2);
    expect(one.locations.keepBelieved(without())).toEqual([]);
    expect(one.locations.keepBelieved(without(fe2))).toEqual([alice]);
    expect(one.uris()).toEqual(['sip:alice@192.0.2.1', 'sip:a@192.0.2.3'].sort());
    expect(one.locations.keepBelieved(without(fe3))).toEqual([alice]);
    expect(one.uris()).toEqual(['sip:alice@192.0.2.1']);
  });

  it('is the server that sends it, whatever that says of others', () => {
    const one = server();
    const forged = [
      [binding().uri, now, now + 60_000, binding({ vouchedBy: 'fe1.contoso.example 01' }), [fe3]],
    ];
    one.locations.merge(alice, recordFromJson(forged, alice, now, fe2) as LocationRecord, now);
    one.locations.keepBelieved(without(fe2));
    expect(one.uris()).toEqual([]);
  });

  it('is the one that the binding names, where it was read from a file or a store', () => {
    const one = server();
    one.put([binding({ vouchedBy: fe2 }), binding({ uri: 'sip:a@192.0.2.3', vouchedBy: fe3 })]);
    one.locations.keepBelieved(without(fe2));
    expect(one.uris()).toEqual(['sip:a@192.0.2.3']);
  });

  it('is no server more than needed where the same comes by a shorter way', () => {
    const [one, two, three] = [server(), server(), server()];
    two.put([binding()]);
    arrives(two, three, fe2);
    arrives(three, one, fe3);
    arrives(two, one, fe2);
    one.locations.keepBelieved(without(fe3));
    expect(one.uris()).toEqual(['sip:alice@192.0.2.1']);
  });

  it('is still the same where a registrar writes the binding again because of another one of the device', () => {
    const [one, two] = [server(), server()];
    two.put([binding({ instance: '<urn:uuid:1>', regId: 1 })]);
    arrives(two, one, fe2);
    const [forged] = one.locations.lookup(alice, now) as [Binding];
    one.put([{ ...forged, gruusSince: now }], now + 1);
    one.locations.keepBelieved(without(fe2));
    expect(one.uris()).toEqual([]);
  });

  it('is the server where the device has registered since', () => {
    const [one, two] = [server(), server()];
    two.put([binding()]);
    arrives(two, one, fe2);
    one.put([binding({ cseq: 2, updatedAt: now + 1 })], now + 1);
    one.locations.keepBelieved(without(fe2));
    expect(one.uris()).toEqual(['sip:alice@192.0.2.1']);
  });

  it('of a removal does not matter: what was removed does not come back', () => {
    const [one, two, three] = [server(), server(), server()];
    one.put([binding()]);
    tell(one, two);
    tell(one, three);
    two.put([], now + 1);
    arrives(two, one, fe2);
    one.locations.keepBelieved(without(fe2));
    arrives(three, one, fe3);
    expect(one.uris()).toEqual([]);
  });
});

describe('what is known of an address', () => {
  it('is forgotten once everything in it would have expired, removals too', () => {
    const { locations, put } = server();
    put([binding()]);
    put([]);
    expect(locations.size).toBe(1);
    locations.expireSome(now + 59_999, 10);
    expect(locations.size).toBe(1);
    locations.expireSome(now + 60_000, 10);
    locations.expireSome(now + 60_000, 10);
    expect(locations.size).toBe(0);
  });

  it('is no more than 64 bindings and traces, the latest ones', () => {
    const [one, two] = [server(), server()];
    for (let i = 0; i < 200; i++) {
      one.put([binding({ uri: `sip:a${i}@192.0.2.1` })], now + i);
      two.put([binding({ uri: `sip:b${i}@192.0.2.1` })], now + i);
    }
    expect(one.sent.at(-1)?.size).toBe(64);
    tell(one, two);
    tell(two, one);
    for (const { locations } of [one, two])
      expect([...locations.records()].map(([, { size }]) => size)).toEqual([64]);
    expect(one.uris()).toEqual(['sip:a199@192.0.2.1', 'sip:b199@192.0.2.1']);
    expect(two.uris()).toEqual(one.uris());
    const json = [...two.locations.records()].map(([, record]) => recordToJson(record))[0];
    expect(recordFromJson(json, alice, now)).toBeDefined();
  });

  it('is 16,384 characters in the keys of its traces at most, the latest ones, and each binding', () => {
    const [one, two] = [server(), server()];
    const key = (name: string) => `sip:${name.padEnd(2_034, 'a')}@192.0.2.1`;
    for (let i = 10; i < 50; i++) {
      one.put([binding({ uri: key(`one${i}`) })], now + i);
      two.put([binding({ uri: key(`two${i}`) })], now + i);
    }
    const names = (record: LocationRecord | undefined) =>
      [...(record?.keys() ?? [])].map((uri) => uri.slice(4, 9)).sort();
    expect(names(one.sent.at(-1))).toEqual([41, 42, 43, 44, 45, 46, 47, 48, 49].map((i) => `one${i}`));
    tell(one, two);
    tell(two, one);
    const latest = ['one45', 'one46', 'one47', 'one48', 'one49', 'two45', 'two46', 'two47', 'two48', 'two49'];
    for (const { locations, uris } of [one, two]) {
      expect(uris().map((uri) => uri.slice(4, 9))).toEqual(['one49', 'two49']);
      expect([...locations.records()].map(([, record]) => names(record))).toEqual([latest]);
    }
  });

  it('is nothing new where a long trace that another one knows has no room', () => {
    const { locations, put } = server();
    const key = (name: string) => `sip:${name.padEnd(2_034, 'a')}@192.0.2.1`;
    for (let i = 0; i < 9; i++) put([binding({ uri: key(`a${i}`) })], now + i);
    const old = new Map([[key('old'), { at: now - 1, until: now + 60_000 }]]);
    expect(locations.merge(alice, old, now)).toBeUndefined();
  });

  it('has room for a trace of each binding that a registrar accepts together', () => {
    const { put, sent } = server();
    const uris = Array.from({ length: 16 }, (_, i) => `sip:${`${i}`.padStart(1_009, 'a')}@192.0.2.1`);
    put(uris.map((uri) => binding({ uri })));
    put([]);
    expect([...(sent.at(-1) ?? [])].map(([key, entry]) => [key, entry.binding])).toEqual(
      uris.map((uri) => [uri, undefined]),
    );
  });

  it('is nothing new where what another one knows has no room', () => {
    const { locations, put } = server();
    for (let i = 0; i < 64; i++) put([binding({ uri: `sip:a${i}@192.0.2.1` })], now + i);
    const old = new Map([['sip:old@192.0.2.1', { at: now - 1, until: now + 60_000 }]]);
    expect(locations.merge(alice, old, now)).toBeUndefined();
  });

  it('is looked through in parts', () => {
    const { locations } = server();
    for (let i = 0; i < 10; i++)
      locations.update(`user${i}@contoso.example`, now, () => ({
        bindings: [binding({ aor: `user${i}@contoso.example` })],
        result: undefined,
      }));
    locations.expireSome(now + 60_000, 4);
    expect(locations.size).toBe(6);
    locations.expireSome(now + 60_000, 4);
    locations.expireSome(now + 60_000, 4);
    expect(locations.size).toBe(0);
  });
});

describe('a record as JSON', () => {
  const full = binding({
    instance: '<urn:uuid:1>',
    regId: 1,
    flow: 'boot.1',
    server: 'fe1.contoso.example',
    vouchedBy: 'fe1.contoso.example 4f1a',
    account: '7.abc',
    path: ['<sip:edge1.contoso.example;lr>'],
    gruusSince: now,
  });

  it('is read as it was written', () => {
    const { put, sent } = server();
    put([full, binding()]);
    put([full]);
    const record = sent.at(-1) as LocationRecord;
    expect(recordFromJson(JSON.parse(JSON.stringify(recordToJson(record))), alice, now)).toEqual(record);
  });

  it.each<[string, Partial<Record<keyof Binding, unknown>>]>([
    ['of another user', { aor: 'bob@contoso.example' }],
    ['without a Contact', { uri: '' }],
    ['with a Contact that no request could carry', { uri: `sip:${'a'.repeat(2_048)}` }],
    ['with a path that never ends', { path: Array.from({ length: 17 }, () => '<sip:x>') }],
    ['with a path that is no list', { path: 'sip:x' }],
    ['that lasts for ever', { expiresAt: now * 2 }],
    ['with a time that is no number', { updatedAt: '1' }],
    ['with a q above 1', { q: 2 }],
    ['with a connection that is no text', { flow: 7 }],
    ['with a voucher that is no text', { vouchedBy: ['fe1'] }],
    ['with a voucher that is no server', { vouchedBy: 'fe2.x 02 03' }],
    ['with an endless voucher', { vouchedBy: 'x'.repeat(321) }],
    ['with an endless version of its account', { account: 'x'.repeat(81) }],
    ['with an endless instance', { instance: 'x'.repeat(257) }],
  ])('is refused where it has a binding %s', (_, wrong) => {
    const json = [['1 <urn:uuid:1>', now, now, { ...full, ...wrong }]];
    expect(recordFromJson(json, alice, now)).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['no list', {}],
    ['no entries', [1]],
    ['more entries than a user may have', Array.from({ length: 65 }, (_, i) => [`k${i}`, now, now, null])],
    ['a binding under the key of another one', [['k', now, now, binding()]]],
    ['an entry from much later', [['k', now + 2 * 86_400_000, now, null]]],
    ['an entry that came by no list of servers', [['k', now, now, null, 'fe2.contoso.example']]],
    ['an entry that came by what is no server', [['k', now, now, null, [7]]]],
    ['an entry that came by two servers in one', [['k', now, now, null, ['fe2.x 02,fe3.x 03']]]],
    ['an entry that came by an endless name', [['k', now, now, null, ['x'.repeat(321)]]]],
    [
      'an entry that came by too many',
      [['k', now, now, null, Array.from({ length: 17 }, (_, i) => `fe${i}`)]],
    ],
  ])('is refused where it is %s', (_, json) => {
    expect(recordFromJson(json, alice, now)).toBeUndefined();
  });
});
