import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  activationDue,
  afterStep,
  keyWaitMs,
  listMarginMs,
  nextStep,
  preparationDue,
  type RolloverStep,
  type RolloverView,
  retirementsDue,
  rootNeeds,
  settleMs,
  togetherMs,
} from './decide-rollover-step.ts';
import { formatIssuers, type IssuerRecord, parseIssuers } from './issuer-record.ts';
import { rolloverWarnings } from './warnings.ts';

const day = 86_400_000;
const life = 600 * day;
const leafMs = 90 * day;
const stageOrder = ['prepared', 'active', 'retiring', 'retired'];

const prepared = (number: number, now: number): IssuerRecord => ({
  number,
  id: number.toString(16).padStart(16, '0'),
  stage: 'prepared',
  notBefore: now,
  notAfter: now + life,
  preparedAt: now,
});
const first: IssuerRecord = { ...prepared(1, 0), stage: 'active', activatedAt: 0 };
const view = (issuers: readonly IssuerRecord[], changes: Partial<RolloverView> = {}): RolloverView => ({
  issuers,
  revoked: new Set(),
  lastEnd: new Map(),
  keys: new Set(issuers.map(({ number }) => number)),
  ...changes,
});

/** What may happen to an authority from one moment to the next. */
const event = fc.record({
  days: fc.double({ min: 0.04, max: 200, noNaN: true }),
  answered: fc.boolean(),
  revokes: fc.option(fc.nat(5), { freq: 30 }),
});

describe('the life of issuing authorities', () => {
  it('has one that issues, goes in one direction, and keeps a key until nothing that it issued counts', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        let now = 0;
        let issuers: readonly IssuerRecord[] = [first];
        const keys = new Set([1]);
        const revoked = new Set<number>();
        /** The last end of a leaf that each has issued; the active one issues at each moment. */
        const ends = new Map<number, number>();
        for (const { answered, days, revokes } of events) {
          now += days * day;
          if (revokes !== null && issuers.some(({ number }) => number === revokes)) revoked.add(revokes);
          const state = view(issuers, { revoked, keys });
          if (answered && rootNeeds(state, { thisUpdate: 0, nextUpdate: 1e15 }, now).issuing) {
            issuers = [...issuers, prepared(issuers.length + 1, now)];
            keys.add(issuers.length);
          }
          const steps: RolloverStep[] = [];
          for (;;) {
            const lastEnd = new Map([...ends].filter(([n]) => issuers[n - 1]?.stage === 'retiring'));
            const current = view(issuers, { revoked, keys, lastEnd });
            const step = nextStep(current, now);
            if (step === undefined) break;
            steps.push(step);
            expect(steps.length, JSON.stringify(steps)).toBeLessThan(20);
            const before = issuers[step.number - 1] as IssuerRecord;
            const active = issuers.find(({ stage }) => stage === 'active') as IssuerRecord;
            if (step.kind === 'destroy-key') {
              expect(before.stage).toBe('retired');
              keys.delete(step.number);
            }
            if (step.kind === 'activate') {
              expect(revoked.has(step.number)).toBe(false);
              const due = now >= activationDue(active) && now >= before.preparedAt + settleMs;
              const urgent = revoked.has(active.number) || now >= active.notAfter - settleMs;
              expect(due || urgent).toBe(true);
            }
            if (step.kind === 'retire' && before.stage === 'retiring' && !revoked.has(step.number)) {
              const end = ends.get(step.number) ?? before.notAfter;
              expect(now > Math.min(end + listMarginMs, before.notAfter)).toBe(true);
            }
            const after = afterStep(issuers, step, now);
            for (const [index, issuer] of after.entries()) {
              const was = stageOrder.indexOf((issuers[index] as IssuerRecord).stage);
              expect(stageOrder.indexOf(issuer.stage)).toBeGreaterThanOrEqual(was);
            }
            issuers = after;
            expect(issuers.filter(({ stage }) => stage === 'active')).toHaveLength(1);
            expect(parseIssuers(formatIssuers(issuers.map(whole)))).toBeDefined();
          }
          for (const { number, retiredAt, stage } of issuers)
            if (stage === 'retired') {
              const waits = now < (retiredAt ?? 0) + keyWaitMs && !revoked.has(number);
              expect(keys.has(number)).toBe(waits);
            }
          const active = issuers.find(({ stage }) => stage === 'active') as IssuerRecord;
          ends.set(active.number, Math.min(now + leafMs, active.notAfter));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('asks for a successor at half of the life, and for nothing before', () => {
    const list = { thisUpdate: 0, nextUpdate: 1e15 };
    expect(rootNeeds(view([first]), list, preparationDue(first) - 1)).toEqual({
      issuing: false,
      list: false,
    });
    expect(rootNeeds(view([first]), list, preparationDue(first))).toEqual({ issuing: true, list: false });
    const both = view([first, prepared(2, preparationDue(first))]);
    expect(rootNeeds(both, list, activationDue(first))).toEqual({ issuing: false, list: false });
  });

  it('takes along to the root what is due soon', () => {
    const half = preparationDue(first);
    const soon = { thisUpdate: half - 200 * day, nextUpdate: half + 175 * day };
    expect(rootNeeds(view([first]), soon, half)).toEqual({ issuing: true, list: true });
    const early = { thisUpdate: 0, nextUpdate: (half - 30 * day) * 1.5 };
    expect(rootNeeds(view([first]), early, half - 30 * day)).toEqual({ issuing: true, list: true });
    expect(rootNeeds(view([first]), early, half - 31 * day)).toEqual({ issuing: false, list: false });
  });

  it('asks again for a list of the future, and for what is due soon with it', () => {
    const skew = 300_000;
    const year = { thisUpdate: 100 * day, nextUpdate: 648 * day };
    expect(rootNeeds(view([first]), year, 100 * day - skew)).toEqual({ issuing: false, list: false });
    expect(rootNeeds(view([first]), year, 100 * day - skew - 1)).toEqual({ issuing: false, list: true });
    const early = { thisUpdate: 900 * day, nextUpdate: 1448 * day };
    const soon = preparationDue(first) - togetherMs;
    expect(rootNeeds(view([first]), early, soon)).toEqual({ issuing: true, list: true });
    expect(rootNeeds(view([first]), early, soon - 1)).toEqual({ issuing: false, list: true });
  });

  it('asks for another successor in the place of one of the future, which takes over never before its time', () => {
    const list = { thisUpdate: 0, nextUpdate: 1e15 };
    const due = activationDue(first);
    const ahead = { ...prepared(2, due), notBefore: due + 365 * day };
    expect(rootNeeds(view([first, ahead]), list, due)).toEqual({ issuing: true, list: false });
    expect(nextStep(view([first, ahead]), first.notAfter - 1)).toBeUndefined();
    const both = view([first, ahead, prepared(3, due)]);
    expect(rootNeeds(both, list, due)).toEqual({ issuing: false, list: false });
    expect(nextStep(both, due + settleMs)).toEqual({ kind: 'activate', number: 3 });
    const known = view([first, { ...ahead, notBefore: due + 300_000 }]);
    expect(rootNeeds(known, list, due), 'clocks differ').toEqual({ issuing: false, list: false });
  });

  it('follows at once where the active one is of the future, and asks for one that is not', () => {
    const list = { thisUpdate: 0, nextUpdate: 1e15 };
    const retiring: IssuerRecord = { ...first, stage: 'retiring', retiringSince: 500 * day };
    const active: IssuerRecord = { ...prepared(2, 500 * day), stage: 'active', activatedAt: 500 * day };
    const now = 100 * day;
    expect(rootNeeds(view([retiring, active]), list, now)).toEqual({ issuing: true, list: false });
    const next = view([retiring, active, prepared(3, now)]);
    expect(rootNeeds(next, list, now)).toEqual({ issuing: false, list: false });
    expect(nextStep(next, now)).toEqual({ kind: 'activate', number: 3 });
  });

  it('lets a successor take over at two thirds of the life, an hour after it was prepared at the earliest', () => {
    const due = activationDue(first);
    const state = view([first, prepared(2, preparationDue(first))]);
    expect(nextStep(state, due - 1)).toBeUndefined();
    expect(nextStep(state, due)).toEqual({ kind: 'activate', number: 2 });
    const late = view([first, prepared(2, due + day)]);
    expect(nextStep(late, due + day + settleMs - 1)).toBeUndefined();
    expect(nextStep(late, due + day + settleMs)).toEqual({ kind: 'activate', number: 2 });
  });

  it('does not wait where the active one was revoked', () => {
    const state = view([first, prepared(2, day)], { revoked: new Set([1]) });
    expect(nextStep(state, day)).toEqual({ kind: 'activate', number: 2 });
    const issuers = afterStep(state.issuers, { kind: 'activate', number: 2 }, day);
    expect(nextStep({ ...state, issuers }, day)).toEqual({ kind: 'retire', number: 1 });
  });

  it('never lets a revoked successor take over, and asks for another one', () => {
    const state = view([first, prepared(2, day)], { revoked: new Set([2]) });
    expect(nextStep(state, activationDue(first))).toEqual({ kind: 'retire', number: 2 });
    const list = { thisUpdate: 0, nextUpdate: 1e15 };
    expect(rootNeeds(state, list, preparationDue(first)).issuing).toBe(true);
  });

  it('follows to another root an hour after that has certified a successor, and asks it for one at once', () => {
    const list = { thisUpdate: 0, nextUpdate: 1e15 };
    const alone = view([first, prepared(2, day)], { superseded: new Set([1, 2]) });
    expect(rootNeeds(alone, list, 2 * day)).toEqual({ issuing: true, list: false });
    const next = view([first, prepared(2, day), prepared(3, 2 * day)], { superseded: new Set([1, 2]) });
    expect(rootNeeds(next, list, 2 * day).issuing).toBe(false);
    expect(nextStep(next, 2 * day + settleMs - 1)).toBeUndefined();
    expect(nextStep(next, 2 * day + settleMs)).toEqual({ kind: 'activate', number: 3 });
    const issuers = afterStep(next.issuers, { kind: 'activate', number: 3 }, 3 * day);
    expect(nextStep({ ...next, issuers }, 3 * day)).toEqual({ kind: 'retire', number: 2 });
  });

  it('follows at once where nothing may be issued below the root of the active one, and never back', () => {
    const next = view([first, prepared(2, day)], { superseded: new Set([1]), withdrawn: new Set([1]) });
    expect(nextStep(next, day)).toEqual({ kind: 'activate', number: 2 });
    const back = view([first, prepared(2, day)], { withdrawn: new Set([2]), superseded: new Set([2]) });
    expect(nextStep(back, activationDue(first))).toEqual({ kind: 'retire', number: 2 });
    const neither = view([first, prepared(2, day)], { withdrawn: new Set([1, 2]) });
    expect(nextStep(neither, activationDue(first))).toBeUndefined();
  });

  it('goes on with one of the root before where the next root has certified none', () => {
    const state = view([first, prepared(2, day)], { superseded: new Set([1, 2]) });
    expect(nextStep(state, activationDue(first) - 1)).toBeUndefined();
    expect(nextStep(state, activationDue(first))).toEqual({ kind: 'activate', number: 2 });
  });

  it('lets none retire because of the time that has not waited, and nothing else waits for that', () => {
    const half = life / 2;
    const retiring: IssuerRecord = { ...first, stage: 'retiring', retiringSince: half };
    const active: IssuerRecord = { ...prepared(2, half), stage: 'active', activatedAt: half };
    const now = life + day;
    const issuers = [retiring, active, prepared(3, 0), prepared(4, life)];
    const state = view(issuers, { lastEnd: new Map([[1, 0]]) });
    expect(retirementsDue(state, now)).toEqual(new Set([1, 3]));
    expect(nextStep(state, now)).toEqual({ kind: 'retire', number: 3 });
    expect(nextStep({ ...state, waited: new Set([1, 3]) }, now)).toEqual({ kind: 'retire', number: 3 });
    const early = { ...state, waited: new Set<number>() };
    expect(nextStep(early, now)).toBeUndefined();
    expect(nextStep({ ...early, waited: new Set([1]) }, now)).toEqual({ kind: 'retire', number: 1 });
    expect(nextStep(early, activationDue(active))).toEqual({ kind: 'activate', number: 4 });
    expect(nextStep({ ...early, revoked: new Set([3]) }, now)).toEqual({ kind: 'retire', number: 3 });
    expect(nextStep({ ...early, revoked: new Set([1]) }, now)).toEqual({ kind: 'retire', number: 1 });
    const valid = issuers.map((one) => (one.number === 2 ? { ...one, notBefore: 0 } : one));
    const waited = new Set([1, 3]);
    expect(nextStep({ ...state, issuers: valid, waited }, 0), 'not due').toBeUndefined();
  });

  it('destroys the key of a retired one, also where that was interrupted', () => {
    const retired: IssuerRecord = { ...prepared(2, 0), stage: 'retired', retiredAt: day };
    const waited = new Set<number>();
    expect(nextStep(view([first, retired], { waited }), day)).toEqual({ kind: 'destroy-key', number: 2 });
    expect(nextStep(view([first, retired], { waited, keys: new Set([1]) }), day)).toBeUndefined();
    const listed = view([first, retired], { revoked: new Set([2]) });
    expect(nextStep(listed, day)).toEqual({ kind: 'destroy-key', number: 2 });
  });

  it('keeps the key of one that retired without a wait for six hours, in the record', () => {
    const retired: IssuerRecord = { ...prepared(2, 0), stage: 'retired', retiredAt: day };
    const state = view([first, retired]);
    expect(keyWaitMs).toBe(6 * 3_600_000);
    expect(nextStep(state, day)).toBeUndefined();
    expect(nextStep(state, day + keyWaitMs - 1)).toBeUndefined();
    expect(nextStep(state, day + keyWaitMs)).toEqual({ kind: 'destroy-key', number: 2 });
  });

  it('takes back what a clock that was ahead has retired, and keeps its key', () => {
    const half = life / 2;
    const retiring: IssuerRecord = { ...first, stage: 'retiring', retiringSince: half };
    const active: IssuerRecord = { ...prepared(2, half), stage: 'active', activatedAt: half };
    const before = [retiring, active, prepared(3, half)];
    const lastEnd = new Map([[1, half + leafMs]]);
    const at = (issuers: readonly IssuerRecord[], now: number): readonly IssuerRecord[] => {
      const step = nextStep(view(issuers, { lastEnd }), now);
      expect(step?.kind).not.toBe('destroy-key');
      return step === undefined ? issuers : at(afterStep(issuers, step, now), now);
    };
    const stages = (issuers: readonly IssuerRecord[]) => issuers.map(({ stage }) => stage);
    const ahead = at(before, life * 2);
    expect(stages(ahead)).toEqual(['retired', 'active', 'retired']);
    expect(at(ahead, half + day)).toEqual(before);
    expect(parseIssuers(formatIssuers(at(ahead, half + day)))).toEqual(before);
    const without = view(ahead, { lastEnd, keys: new Set([2]) });
    expect(nextStep(without, half + day), 'no key, nothing to take back').toBeUndefined();
    expect(nextStep(view(ahead, { revoked: new Set([1, 3]) }), half + day)?.kind).toBe('destroy-key');
  });

  it('lets the successor take over, and others retire, before it destroys a key that may not be destroyed', () => {
    const retired: IssuerRecord = { ...prepared(2, 0), stage: 'retired', retiredAt: day };
    const due = activationDue(first);
    expect(nextStep(view([first, retired, prepared(3, day)]), due)).toEqual({ kind: 'activate', number: 3 });
    const retiring: IssuerRecord = { ...prepared(3, 0), stage: 'retiring', retiringSince: day };
    const ended = view([first, retired, retiring], { revoked: new Set([3]) });
    expect(nextStep(ended, due)).toEqual({ kind: 'retire', number: 3 });
  });
});

describe('warnings of the rollover', () => {
  const root = { notAfter: 20 * life };
  const list = { thisUpdate: 0, nextUpdate: 1e15 };
  const kinds = (state: RolloverView, now: number, times = list) =>
    rolloverWarnings(state, times, root, now).map(({ kind, loud }) => `${kind}${loud ? '!' : ''}`);

  it('begin at half of the life, and are loud a month before the successor should take over', () => {
    const due = activationDue(first);
    expect(kinds(view([first]), preparationDue(first) - 1)).toEqual([]);
    expect(kinds(view([first]), preparationDue(first))).toEqual(['successor-needed']);
    expect(kinds(view([first]), due - 30 * day)).toEqual(['successor-needed!']);
    expect(kinds(view([first, prepared(2, due - day)]), due)).toEqual([]);
  });

  it('say that certificates are cut short where the successor is late', () => {
    expect(kinds(view([first]), first.notAfter - 90 * day)).toEqual(['successor-needed!']);
    expect(kinds(view([first]), first.notAfter - 90 * day + 1)).toEqual([
      'successor-needed!',
      'issuer-ends!',
    ]);
  });

  it('come for the list of the root at two thirds of its life, and loud two months before its end', () => {
    const year = { thisUpdate: 0, nextUpdate: 540 * day };
    const state = view([{ ...first, notAfter: 10 * life }]);
    expect(kinds(state, 360 * day - 1, year)).toEqual([]);
    expect(kinds(state, 360 * day, year)).toEqual(['root-list-expires']);
    expect(kinds(state, 480 * day, year)).toEqual(['root-list-expires!']);
    expect(rolloverWarnings(state, year, root, 541 * day)[0]?.message).toContain('has expired');
  });

  it('come at once, and loud, for what was signed while a clock was ahead', () => {
    const year = { thisUpdate: 365 * day, nextUpdate: 913 * day };
    expect(kinds(view([first]), day, year)).toEqual(['root-list-of-the-future!']);
    expect(kinds(view([first]), 365 * day - 300_000, year)).toEqual(['successor-needed']);
    const active: IssuerRecord = { ...prepared(2, 365 * day), stage: 'active', activatedAt: 365 * day };
    const retiring: IssuerRecord = { ...first, stage: 'retiring', retiringSince: 365 * day };
    expect(kinds(view([retiring, active]), day)).toEqual(['issuer-of-the-future!']);
    const [told] = rolloverWarnings(view([retiring, active]), list, root, day);
    expect(told?.message).toContain('issuing authority 2 is valid from 1971-01-01T00:00:00.000Z on');
    expect(told?.remedy).toContain('--clock-is-right');
  });

  it('come for the root two years before its end', () => {
    const state = view([{ ...first, notAfter: 100 * life }]);
    expect(kinds(state, root.notAfter - 730 * day)).toEqual(['root-ends']);
    expect(kinds(state, root.notAfter - 365 * day)).toEqual(['root-ends!']);
  });

  it('say that nothing is accepted where the only issuing authority was revoked', () => {
    expect(kinds(view([first], { revoked: new Set([1]) }), day)).toEqual(['issuer-revoked!']);
  });
});

describe('the record of issuing authorities', () => {
  it('is refused where it has no active one, two, a gap, or a field that it should not have', () => {
    const two = [first, prepared(2, day)];
    expect(parseIssuers(formatIssuers(two))).toEqual(two);
    const broken: readonly (readonly IssuerRecord[])[] = [
      [],
      [prepared(1, 0)],
      [first, { ...prepared(2, day), stage: 'active' }],
      [first, prepared(3, day)],
      [first, { ...prepared(2, day), id: first.id }],
      [first, { ...prepared(2, day), id: '../../etc' }],
      [first, { ...prepared(2, day), stage: 'other' as never }],
      [first, { ...prepared(2, day), notAfter: '1' as never }],
    ];
    for (const issuers of broken) expect(parseIssuers(formatIssuers(issuers))).toBeUndefined();
    for (const text of ['', 'null', '[]', '{"format":"entente-issuers/2","issuers":[]}']) {
      expect(parseIssuers(text)).toBeUndefined();
    }
  });
});

/** Times of a record are whole. */
function whole(issuer: IssuerRecord): IssuerRecord {
  const entries = Object.entries(issuer).map(([key, value]) => [
    key,
    typeof value === 'number' ? Math.round(value) : value,
  ]);
  return Object.fromEntries(entries) as unknown as IssuerRecord;
}
