import { describe, expect, it } from 'vitest';
import type { Binding } from './binding.ts';
import { locationsCompliance } from './compliance.ts';
import type { LocationChange, Locations } from './locations.ts';
import { MemoryLocations } from './memory-locations.ts';

describe('MemoryLocations keeps every rule of a store', () => {
  for (const rule of locationsCompliance({ setup: () => new MemoryLocations() })) it(rule.title, rule.run);

  it('holds nothing for an address whose bindings are gone', () => {
    const store = new MemoryLocations();
    const one: Binding = {
      aor: 'a@x',
      uri: 'sip:a@y',
      q: 1,
      expiresAt: 10,
      callId: 'c',
      cseq: 1,
      path: [],
      updatedAt: 0,
    };
    store.update('a@x', 0, () => ({ bindings: [one], result: 0 }));
    expect(store.size).toBe(1);
    store.expire(10);
    expect(store.size).toBe(0);
  });
});

/** Stores that break one rule each, to prove that the suite can fail. */
const broken: Readonly<Record<string, () => MemoryLocations>> = {
  'finds nothing for an address that never registered': () =>
    new (class extends MemoryLocations {
      override lookup(aor: string, now: number) {
        const found = super.lookup(aor, now);
        return found.length > 0 ? found : [{ aor } as Binding];
      }
    })(),
  'gives back every field of a binding as it was stored': () =>
    new (class extends MemoryLocations {
      override lookup(aor: string, now: number) {
        return super.lookup(aor, now).map(({ regId: _, ...rest }) => rest);
      }
    })(),
  'keeps addresses of record apart': () =>
    new (class extends MemoryLocations {
      override lookup(_: string, now: number) {
        return super.lookup('alice@contoso.example', now);
      }
    })(),
  'keeps several bindings of one address': () =>
    new (class extends MemoryLocations {
      override lookup(aor: string, now: number) {
        return super.lookup(aor, now).slice(0, 1);
      }
    })(),
  'hides a binding at the millisecond it expires': () =>
    new (class extends MemoryLocations {
      override lookup(aor: string, now: number) {
        return super.lookup(aor, now - 1);
      }
    })(),
  'shows a change only unexpired bindings': () =>
    new (class extends MemoryLocations {
      override update<R>(
        aor: string,
        now: number,
        decide: (current: readonly Binding[]) => LocationChange<R>,
      ) {
        return super.update(aor, now - 1_000, decide);
      }
    })(),
  'leaves everything as it was where a change gives no bindings': () =>
    new (class extends MemoryLocations {
      override update<R>(
        aor: string,
        now: number,
        decide: (current: readonly Binding[]) => LocationChange<R>,
      ) {
        return super.update(aor, now, (current) => ({ bindings: [], ...decide(current) }));
      }
    })(),
  'leaves everything as it was where the decision throws': () =>
    new (class extends MemoryLocations {
      override update<R>(
        aor: string,
        now: number,
        decide: (current: readonly Binding[]) => LocationChange<R>,
      ) {
        try {
          return super.update(aor, now, decide);
        } catch (thrown) {
          super.update(aor, now, () => ({ bindings: [], result: 0 }));
          throw thrown;
        }
      }
    })(),
  'replaces all bindings of the address by those a change gives': () =>
    new (class extends MemoryLocations {
      override update<R>(
        aor: string,
        now: number,
        decide: (current: readonly Binding[]) => LocationChange<R>,
      ) {
        return super.update(aor, now, (current) => {
          const change = decide(current);
          return change.bindings === undefined
            ? change
            : { ...change, bindings: [...current, ...change.bindings] };
        });
      }
    })(),
  'loses no change where several are made at the same time': () =>
    new (class extends MemoryLocations {
      readonly #cache = new Map<string, readonly Binding[]>();
      override update<R>(
        aor: string,
        now: number,
        decide: (current: readonly Binding[]) => LocationChange<R>,
      ) {
        const seen = this.#cache.get(aor) ?? this.lookup(aor, now);
        this.#cache.set(aor, seen);
        return super.update(aor, now, () => decide(seen));
      }
    })(),
  'drops the bindings of a broken flow, of all addresses, and says how many': () =>
    new (class extends MemoryLocations {
      override removeFlow(flow: string) {
        super.removeFlow(flow);
        return 1;
      }
    })(),
  'drops the bindings of one user, and says how many': () =>
    new (class extends MemoryLocations {
      override removeUser(aor: string) {
        return super.removeUser(aor) + super.removeUser('bob@contoso.example');
      }
    })(),
  'drops those bindings of a user that are meant, and leaves the others': () =>
    new (class extends MemoryLocations {
      override removeUser(aor: string) {
        return super.removeUser(aor);
      }
    })(),
  'forgets the old flow of a binding that moved to another': () =>
    new (class extends MemoryLocations {
      override removeFlow() {
        const had = this.lookup('alice@contoso.example', 0).length;
        this.update('alice@contoso.example', 0, () => ({ bindings: [], result: 0 }));
        return had;
      }
    })(),
  'expires only what is over, and says how many': () =>
    new (class extends MemoryLocations {
      override expire() {
        return super.expire(Number.MAX_SAFE_INTEGER);
      }
    })(),
  'expires a part at a time, where it can, and everything that is over after enough of them': () =>
    new (class extends MemoryLocations {
      override expireSome() {}
    })(),
  'has what it acknowledged after a crash': () => new MemoryLocations(),
};

describe('a store that outlives its process', () => {
  it('passes the rule of durability', async () => {
    // Nothing is lost where the same memory is opened again.
    const reopen = (locations: Locations) => locations;
    const rules = locationsCompliance({ setup: () => new MemoryLocations(), reopen });
    expect(rules.map(({ title }) => title)).toContain('has what it acknowledged after a crash');
    for (const rule of rules) await rule.run();
  });
});

describe('the suite notices a store that breaks the rule', () => {
  // A store that forgets everything in a crash.
  const reopen = () => new MemoryLocations();
  const titles = locationsCompliance({ setup: () => new MemoryLocations(), reopen }).map(
    (rule) => rule.title,
  );

  it('has a broken store for each rule', () => {
    expect(Object.keys(broken).sort()).toEqual([...titles].sort());
  });

  for (const [title, setup] of Object.entries(broken)) {
    it(title, async () => {
      const rule = locationsCompliance({ setup, reopen }).find((one) => one.title === title);
      await expect(rule?.run()).rejects.toThrow();
    });
  }
});
