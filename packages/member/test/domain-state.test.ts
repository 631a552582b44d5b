import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CertificateList } from '@entente/x509';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DomainChange, DomainState } from '../src/state/domain-state.ts';
import { openDomainTrust } from '../src/state/domain-trust.ts';
import { authorityWithLists, hour, TestClock, topologyOf } from './sample-domain.ts';

const start = Date.UTC(2026, 5, 1);
const issued = '2026-06-01T00:00:00Z';
/** Each believed for another time without a confirmation. */
const topologies = [96, 96, 24].map((hours, index) =>
  topologyOf({
    issued,
    version: index + 1,
    policies: { trustState: { refuseAfterSeconds: hours * 3_600 } },
  }),
);
const [first, second, brief] = topologies as [
  (typeof topologies)[0],
  (typeof topologies)[0],
  (typeof topologies)[0],
];

describe('the state of a domain', () => {
  let directory: string;
  let domain: Awaited<ReturnType<typeof authorityWithLists>>;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'entente-state-'));
    domain = await authorityWithLists(3, start - 10 * hour);
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  const open = (options: { lists?: readonly CertificateList[]; latestSigned?: number } = {}) => {
    const clock = new TestClock(start);
    const faults: unknown[] = [];
    const { lists = [], ...lastKnown } = options;
    const state = new DomainState({
      topology: first,
      roots: [domain.root],
      lists,
      lastKnown: { confirmedAt: start, ...lastKnown },
      clock,
      onFault: (fault) => void faults.push(fault),
    });
    return { clock, faults, state };
  };

  /** Something that happens to a member. */
  const step = fc.oneof(
    fc.record({ topology: fc.nat(2), hoursAgo: fc.integer({ min: 0, max: 120 }) }),
    fc.record({ lists: fc.subarray([0, 1, 2]) }),
    fc.record({ wait: fc.integer({ min: 0, max: 60 }) }),
  );

  it('tells every listener of each change once and in order, and each is a change of the trust with another version', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { clock, state } = open();
        await using trust = await openDomainTrust(state, { hosts: [], cacheDirectory: directory });
        const versions = [trust.version];
        trust.onChange(({ version }) => void versions.push(version));
        const heard: [DomainChange[], DomainChange[]] = [[], []];
        for (const list of heard) state.onChange((change) => void list.push(change));

        const expected: DomainChange['what'][] = [];
        const model = { topology: first, lists: [] as CertificateList[], confirmedAt: start, stale: false };
        const isStale = () =>
          clock.now() - model.confirmedAt >= model.topology.policies.trustState.refuseAfterSeconds * 1_000;
        for (const one of steps) {
          if ('lists' in one) {
            const lists = one.lists.map((index) => domain.lists[index]!);
            state.takeUp({ lists });
            if (lists.length !== model.lists.length || lists.some((list, at) => list !== model.lists[at]))
              expected.push('lists');
            model.lists = lists;
          } else {
            const before = model.topology;
            if ('wait' in one) clock.advance(one.wait * hour);
            else {
              model.topology = topologies[one.topology]!;
              model.confirmedAt = clock.now() - one.hoursAgo * hour;
              state.takeUp({ topology: model.topology, confirmedAt: model.confirmedAt });
            }
            if (model.topology !== before) expected.push('topology');
            else if (isStale() !== model.stale) expected.push('standing');
            model.stale = isStale();
          }
          expect(heard[0].map(({ what }) => what)).toEqual(expected);
          expect([state.topology, state.lists, state.lastKnown.confirmedAt]).toEqual([
            model.topology,
            model.lists,
            model.confirmedAt,
          ]);
        }
        expect(heard[0].map(({ version }) => version)).toEqual(expected.map((_, index) => index + 1));
        expect(heard[1]).toEqual(heard[0]);
        expect(versions).toHaveLength(expected.length + 1);
        expect(new Set(versions).size).toBe(versions.length);
        expect(versions.at(-1)).toBe(trust.version);
        state[Symbol.dispose]();
      }),
      { numRuns: 100 },
    );
  });

  it('is that of the change for every listener, also where one of them brings further news', () => {
    const { clock, state } = open();
    const seen: [number, number, number][] = [];
    const look = (who: number) => (change: DomainChange) =>
      void seen.push([who, change.version, state.topology.document.version]);
    state.onChange(look(1));
    state.onChange(({ version }) => {
      if (version === 1) state.takeUp({ topology: brief, confirmedAt: clock.now() });
    });
    state.onChange(look(2));
    state.takeUp({ topology: second, confirmedAt: clock.now() });
    expect(seen).toEqual([
      [1, 1, 2],
      [2, 1, 2],
      [1, 2, 3],
      [2, 2, 3],
    ]);
  });

  it('tells the other listeners where one of them fails, and hears of the failure', () => {
    const { clock, faults, state } = open();
    let heard = 0;
    state.onChange(() => {
      throw new Error('a listener');
    });
    state.onChange(() => void heard++);
    state.takeUp({ topology: second, confirmedAt: clock.now() });
    state.takeUp({ topology: brief, confirmedAt: clock.now() });
    expect(heard).toBe(2);
    expect(faults).toEqual([new Error('a listener'), new Error('a listener')]);
  });

  it('tells a listener nothing after it was stopped, also where another one stops it meanwhile', () => {
    const { clock, state } = open();
    let heard = 0;
    const count = () => void heard++;
    const stops: (() => void)[] = [];
    state.onChange(() => {
      for (const stop of stops) stop();
    });
    stops.push(state.onChange(count));
    // Registered twice is two listeners: the one is stopped without the other.
    state.onChange(count);
    state.takeUp({ topology: second, confirmedAt: clock.now() });
    expect(heard).toBe(1);
  });

  it('tells nothing after it is disposed of, and no longer waits', () => {
    const { clock, state } = open();
    const heard: DomainChange[] = [];
    state.onChange((change) => void heard.push(change));
    expect(clock.waiting).toBe(1);
    state[Symbol.dispose]();
    expect(clock.waiting).toBe(0);
    state.takeUp({ topology: second, confirmedAt: clock.now() });
    expect(heard).toEqual([]);
  });

  it('puts the roots under what the topology in force says of revocation, as another set of anchors each time', () => {
    const { clock, state } = open();
    const before = state.anchors;
    const strict = topologyOf({
      version: 2,
      issued,
      policies: { revocation: { enterprise: { mode: 'hard-fail' } } },
    });
    state.takeUp({ topology: strict, confirmedAt: clock.now() });
    expect(state.anchors).not.toBe(before);
    expect(state.anchors.anchors.map(({ revocation }) => revocation?.mode)).toEqual(['hard-fail']);
    expect(before.anchors.map(({ revocation }) => revocation?.mode)).toEqual(['grace']);
  });

  describe('remembers', () => {
    it('the latest signed time, whatever lists there are later', () => {
      const [one, two] = domain.lists as [CertificateList, CertificateList];
      const { state } = open({ lists: [two] });
      expect(state.latestSigned).toBe(two.thisUpdate);
      state.takeUp({ lists: [one] });
      expect(state.lastKnown).toEqual({ confirmedAt: start, latestSigned: two.thisUpdate });
      expect(open({ lists: [two], latestSigned: start }).state.latestSigned).toBe(start);
    });

    it('the last confirmation, also where the clock was corrected backwards', () => {
      const { state } = open();
      state.takeUp({ topology: first, confirmedAt: start + 1_000 * hour });
      state.takeUp({ topology: first, confirmedAt: start });
      expect(state.confirmation.confirmedAt).toBe(start);
    });
  });

  describe('where nobody confirms the topology', () => {
    it('is stale after the time that the topology sets, and no longer when it is confirmed again', () => {
      const { clock, state } = open();
      const heard: string[] = [];
      state.onChange(({ what }) => void heard.push(`${what} after ${(clock.now() - start) / hour} h`));
      clock.advance(95 * hour);
      state.takeUp({ topology: first, confirmedAt: clock.now() });
      clock.advance(95 * hour);
      expect(heard).toEqual([]);
      clock.advance(hour);
      expect(heard).toEqual(['standing after 191 h']);
      state.takeUp({ topology: first, confirmedAt: clock.now() });
      expect(heard).toEqual(['standing after 191 h', 'standing after 191 h']);
    });

    it('is stale within a minute where the clock jumps, and no longer where it was set right', () => {
      const { clock, state } = open();
      const heard: string[] = [];
      state.onChange(({ what }) => void heard.push(what));
      clock.time += 97 * hour;
      clock.advance(60_000);
      expect(heard).toEqual(['standing']);
      clock.time -= 97 * hour;
      clock.advance(60_000);
      expect(heard).toEqual(['standing', 'standing']);
      state[Symbol.dispose]();
      expect(clock.waiting).toBe(0);
    });

    it('counts from the time of its signatures where nobody ever has', () => {
      const { clock } = open();
      const state = new DomainState({
        topology: topologyOf({ issued }),
        roots: [],
        lists: [],
        lastKnown: {},
        clock,
        onFault: () => {},
      });
      const heard: string[] = [];
      state.onChange(({ what }) => void heard.push(what));
      clock.advance(96 * hour - 1);
      expect(heard).toEqual([]);
      clock.advance(1);
      expect(heard).toEqual(['standing']);
    });
  });

  it('is a trust that completes chains exactly where anchors name hosts for that, as any other', async () => {
    const { state } = open();
    await using trust = await openDomainTrust(state, { hosts: [], cacheDirectory: directory });
    expect(trust.completes?.()).toBe(false);
  });
});
