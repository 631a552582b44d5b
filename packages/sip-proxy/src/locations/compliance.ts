import assert from 'node:assert/strict';
import type { Binding } from './binding.ts';
import type { Awaitable, Locations } from './locations.ts';

/** How the suite gets a store and returns it. */
export interface LocationsSetup {
  /** A fresh, empty store. */
  setup(): Awaitable<Locations>;
  /**
   * For a store that outlives its process: opens what a crash at this moment would leave. The store that it is given stays open.
   * @param locations - from `setup`
   */
  reopen?(locations: Locations): Awaitable<Locations>;
  /** Called after each rule with each store that `setup` or `reopen` gave. */
  teardown?(locations: Locations): Awaitable<void>;
}

/** One rule every store must keep. */
export interface ComplianceRule {
  /** A sentence for the test runner. */
  readonly title: string;
  /** @throws AssertionError where the store breaks the rule */
  run(): Promise<void>;
}

const now = 1_700_000_000_000;
const alice = 'alice@contoso.example';
const bob = 'bob@contoso.example';

/**
 * The rules of a `Locations` store, for any test runner:
 * @example
 * ```ts
 * for (const rule of locationsCompliance({ setup: () => new MemoryLocations() })) it(rule.title, rule.run);
 * ```
 */
export function locationsCompliance(options: LocationsSetup): readonly ComplianceRule[] {
  const { reopen, setup, teardown } = options;
  const chosen = reopen === undefined ? rules : [...rules, ...durableRules];
  return chosen.map(([title, check]) => ({
    title,
    async run() {
      const opened = [await setup()];
      const [locations] = opened as [Locations];
      const afterCrash = async () => {
        const again = await reopen?.(locations);
        assert.ok(again !== undefined, 'reopen gives a store');
        opened.push(again);
        return again;
      };
      try {
        await check(locations, afterCrash);
      } finally {
        for (const one of opened) await teardown?.(one);
      }
    },
  }));
}

type Rule = readonly [
  title: string,
  check: (locations: Locations, afterCrash: () => Promise<Locations>) => Promise<void>,
];

const rules: readonly Rule[] = [
  [
    'finds nothing for an address that never registered',
    async (locations) => assert.deepEqual(await locations.lookup(alice, now), []),
  ],
  [
    'gives back every field of a binding as it was stored',
    async (locations) => {
      const full = binding({
        path: ['<sip:a@fe1.contoso.example;lr>'],
        flow: 'boot.7',
        server: 'fe1.contoso.example',
        vouchedBy: 'fe1.contoso.example 4f1a',
        askedBy: ['fe3.contoso.example 07', 'edge1.contoso.example'],
        account: '7.abc',
        gruusSince: now,
        instance: '<urn:uuid:1>',
        regId: 2,
        q: 0.5,
      });
      await put(locations, alice, [full]);
      assert.deepEqual(await locations.lookup(alice, now), [full]);
    },
  ],
  [
    'keeps addresses of record apart',
    async (locations) => {
      await put(locations, alice, [binding({})]);
      assert.deepEqual(await locations.lookup(bob, now), []);
    },
  ],
  [
    'keeps several bindings of one address',
    async (locations) => {
      await put(locations, alice, [binding({ uri: 'sip:a@192.0.2.1' }), binding({ uri: 'sip:a@192.0.2.2' })]);
      const found = (await locations.lookup(alice, now)).map((one) => one.uri).sort();
      assert.deepEqual(found, ['sip:a@192.0.2.1', 'sip:a@192.0.2.2']);
    },
  ],
  [
    'hides a binding at the millisecond it expires',
    async (locations) => {
      await put(locations, alice, [binding({ expiresAt: now + 1_000 })]);
      assert.equal((await locations.lookup(alice, now + 999)).length, 1);
      assert.equal((await locations.lookup(alice, now + 1_000)).length, 0);
    },
  ],
  [
    'shows a change only unexpired bindings',
    async (locations) => {
      await put(locations, alice, [binding({ expiresAt: now + 1_000 })]);
      const seen = await locations.update(alice, now + 1_000, (current) => ({ result: current.length }));
      assert.equal(seen, 0);
    },
  ],
  [
    'leaves everything as it was where a change gives no bindings',
    async (locations) => {
      await put(locations, alice, [binding({})]);
      await locations.update(alice, now, () => ({ result: 'looked only' }));
      assert.equal((await locations.lookup(alice, now)).length, 1);
    },
  ],
  [
    'leaves everything as it was where the decision throws',
    async (locations) => {
      await put(locations, alice, [binding({})]);
      const failing = async () =>
        await locations.update(alice, now, () => {
          throw new RangeError('refused');
        });
      await assert.rejects(failing, RangeError);
      assert.equal((await locations.lookup(alice, now)).length, 1);
    },
  ],
  [
    'replaces all bindings of the address by those a change gives',
    async (locations) => {
      await put(locations, alice, [binding({ uri: 'sip:a@192.0.2.1' })]);
      await put(locations, alice, [binding({ uri: 'sip:a@192.0.2.2' })]);
      assert.deepEqual(
        (await locations.lookup(alice, now)).map((one) => one.uri),
        ['sip:a@192.0.2.2'],
      );
    },
  ],
  [
    'loses no change where several are made at the same time',
    async (locations) => {
      const uris = Array.from({ length: 20 }, (_, i) => `sip:a@192.0.2.${i}`);
      const add = (uri: string) =>
        locations.update(alice, now, (current) => ({
          bindings: [...current, binding({ uri })],
          result: uri,
        }));
      assert.deepEqual(await Promise.all(uris.map(add)), uris);
      const found = (await locations.lookup(alice, now)).map((one) => one.uri);
      assert.deepEqual([...found].sort(), [...uris].sort());
    },
  ],
  [
    'drops the bindings of a broken flow, of all addresses, and says how many',
    async (locations) => {
      await put(locations, alice, [binding({ flow: 'f1' }), binding({ uri: 'sip:a@192.0.2.2', flow: 'f2' })]);
      await put(locations, bob, [binding({ aor: bob, flow: 'f1' })]);
      assert.equal(await locations.removeFlow('f1'), 2);
      assert.deepEqual(
        (await locations.lookup(alice, now)).map((one) => one.flow),
        ['f2'],
      );
      assert.deepEqual(await locations.lookup(bob, now), []);
      assert.equal(await locations.removeFlow('f1'), 0);
    },
  ],
  [
    'drops the bindings of one user, and says how many',
    async (locations) => {
      await put(locations, alice, [binding({ flow: 'f1' }), binding({ uri: 'sip:a@192.0.2.2' })]);
      await put(locations, bob, [binding({ aor: bob, flow: 'f1' })]);
      assert.equal(await locations.removeUser(alice), 2);
      assert.deepEqual(await locations.lookup(alice, now), []);
      assert.equal((await locations.lookup(bob, now)).length, 1);
      assert.equal(await locations.removeUser(alice), 0);
      assert.equal(await locations.removeFlow('f1'), 1);
    },
  ],
  [
    'drops those bindings of a user that are meant, and leaves the others',
    async (locations) => {
      const [old, later] = ['1.a', '2.a'];
      await put(locations, alice, [
        binding({ flow: 'f1', account: old }),
        binding({ uri: 'sip:a@192.0.2.2', flow: 'f2', account: later }),
      ]);
      assert.equal(await locations.removeUser(alice, ({ account }) => account === old), 1);
      assert.deepEqual(
        (await locations.lookup(alice, now)).map(({ flow }) => flow),
        ['f2'],
      );
      assert.equal(await locations.removeUser(alice, ({ account }) => account === old), 0);
      assert.equal(await locations.removeFlow('f1'), 0);
    },
  ],
  [
    'forgets the old flow of a binding that moved to another',
    async (locations) => {
      await put(locations, alice, [binding({ flow: 'f1' })]);
      await put(locations, alice, [binding({ flow: 'f2' })]);
      assert.equal(await locations.removeFlow('f1'), 0);
      assert.equal((await locations.lookup(alice, now)).length, 1);
    },
  ],
  [
    'expires only what is over, and says how many',
    async (locations) => {
      await put(locations, alice, [
        binding({ expiresAt: now + 1_000 }),
        binding({ uri: 'sip:a@192.0.2.2', expiresAt: now + 9_000 }),
      ]);
      assert.equal(await locations.expire(now + 5_000), 1);
      assert.equal(await locations.expire(now + 5_000), 0);
      assert.equal((await locations.lookup(alice, now + 5_000)).length, 1);
    },
  ],
  [
    'expires a part at a time, where it can, and everything that is over after enough of them',
    async (locations) => {
      if (locations.expireSome === undefined) return;
      const users = Array.from({ length: 6 }, (_, i) => `user${i}@contoso.example`);
      for (const [i, aor] of users.entries())
        await put(locations, aor, [binding({ aor, expiresAt: now + (i % 2 === 0 ? 1_000 : 9_000) })]);
      for (let part = 0; part < 2 * users.length; part++) await locations.expireSome(now + 5_000, 1);
      assert.equal(await locations.expire(now + 5_000), 0);
      const left: number[] = [];
      for (const aor of users) left.push((await locations.lookup(aor, now + 5_000)).length);
      assert.deepEqual(left, [0, 1, 0, 1, 0, 1]);
    },
  ],
];

/** For a store that outlives its process. */
const durableRules: readonly Rule[] = [
  [
    'has what it acknowledged after a crash',
    async (locations, afterCrash) => {
      const kept = binding({ flow: 'f1', instance: '<urn:uuid:1>', regId: 1 });
      await put(locations, alice, [kept]);
      await put(locations, bob, [binding({ aor: bob, flow: 'f2' })]);
      await locations.removeFlow('f2');
      const again = await afterCrash();
      assert.deepEqual(await again.lookup(alice, now), [kept]);
      assert.deepEqual(await again.lookup(bob, now), []);
      assert.equal(await again.removeFlow('f1'), 1);
    },
  ],
];

function binding(fields: Partial<Binding>): Binding {
  return {
    aor: alice,
    uri: 'sip:alice@192.0.2.1:5061',
    q: 1,
    expiresAt: now + 3_600_000,
    callId: 'call-1@192.0.2.1',
    cseq: 1,
    path: [],
    updatedAt: now,
    ...fields,
  };
}

async function put(locations: Locations, aor: string, bindings: readonly Binding[]): Promise<void> {
  await locations.update(aor, now, () => ({ bindings, result: undefined }));
}
