import { checkMilliseconds } from '../ground/check-options.ts';
import { checkValue, oneOf } from '../ground/check-values.ts';
import { PkiFault } from '../ground/fault.ts';
import { crlLifetimeMs } from '../revocation/crl-publisher.ts';
import { checkView } from './check-view.ts';
import { rootClockSkewMs } from './examine-request.ts';
import type { IssuerRecord } from './issuer-record.ts';

const dayMs = 86_400_000;

/** Milliseconds for which the lists of a prepared authority are published before it issues: so long that every member has them. */
export const settleMs = 3_600_000;
/** Milliseconds for which an authority signs lists after the last certificate that it has issued has ended. */
export const listMarginMs = 2 * crlLifetimeMs;
/**
 * Milliseconds for which the key of a retired authority is kept where nobody has waited before it retired, see {@link RolloverView.waited}: the
 * record remembers that, so it needs no program that runs for so long.
 */
export const keyWaitMs = 21_600_000;
/** A visit to the root that is due takes along what would be due within this time, milliseconds. */
export const togetherMs = 60 * dayMs;

/** The list of the root that is in force. Milliseconds since 1970. */
export interface RootListTimes {
  /** When it was signed (RFC 5280 §5.1.2.4). */
  readonly thisUpdate: number;
  /** When the next one is there at the latest (RFC 5280 §5.1.2.5). */
  readonly nextUpdate: number;
}

/** What a step of the rollover is decided by. */
export interface RolloverView {
  /** In the order of their numbers; exactly one is active. */
  readonly issuers: readonly IssuerRecord[];
  /** Numbers of those whose certificate is on the root's list. */
  readonly revoked: ReadonlySet<number>;
  /**
   * When the last certificate ends that a retiring authority has issued, milliseconds since 1970, by its number. It is absent while that
   * is not known.
   */
  readonly lastEnd: ReadonlyMap<number, number>;
  /** Numbers of those whose key exists. */
  readonly keys: ReadonlySet<number>;
  /** Numbers of those that another root than the one in use has certified. Default: none. */
  readonly superseded?: ReadonlySet<number>;
  /** Numbers of those below a root below which nothing is issued any more: it is tainted, or not believed. Default: none. */
  readonly withdrawn?: ReadonlySet<number>;
  /**
   * Numbers of those whose retirement has been due for so long that no wrong clock is the reason, see {@link retirementsDue}. No other one
   * retires because of the time. Without it all retire when that is due, but their keys are kept for {@link keyWaitMs}, and one that a clock
   * that was ahead has retired is taken back.
   */
  readonly waited?: ReadonlySet<number>;
}

const none: ReadonlySet<number> = new Set();

/** A step that is due. */
export interface RolloverStep {
  /**
   * `activate`: from now on this one issues, and the active one retires. `retire`: nothing that it issued counts any more. `destroy-key`:
   * its key is not needed again. `take-back`: it retired at a time that has not come yet, so the clock was ahead, and it counts as before.
   */
  readonly kind: 'activate' | 'retire' | 'take-back' | 'destroy-key';
  /** Number of the issuing authority that it is about, from 1. */
  readonly number: number;
}

/** When a successor should be certified: at half of the life, milliseconds since 1970. */
export function preparationDue({
  notAfter,
  notBefore,
}: Pick<IssuerRecord, 'notAfter' | 'notBefore'>): number {
  return notBefore + (notAfter - notBefore) / 2;
}

/** When the successor should issue: at two thirds of the life, milliseconds since 1970. */
export function activationDue({ notAfter, notBefore }: Pick<IssuerRecord, 'notAfter' | 'notBefore'>): number {
  return notBefore + ((notAfter - notBefore) * 2) / 3;
}

/** When the root's next list should be signed: at two thirds of the life, milliseconds since 1970. */
export function rootListDue({ nextUpdate, thisUpdate }: RootListTimes): number {
  return thisUpdate + ((nextUpdate - thisUpdate) * 2) / 3;
}

/**
 * Whether something was signed while a clock was ahead: its time has not come yet, and nobody takes it before.
 * @param from - from when it is valid, milliseconds since 1970
 * @param now - milliseconds since 1970
 */
export function isOfTheFuture(from: number, now: number): boolean {
  checkMilliseconds(now, 'now of isOfTheFuture');
  return from > now + rootClockSkewMs;
}

/**
 * Whether the root should sign its next list: the one in force is due, or is of the future.
 * @param now - milliseconds since 1970
 */
export function isRootListDue(list: RootListTimes, now: number): boolean {
  return now >= rootListDue(list) || isOfTheFuture(list.thisUpdate, now);
}

/**
 * The one that issues.
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED` where there is none; `parseIssuers` accepts no such record
 */
export function activeOf(issuers: readonly IssuerRecord[]): IssuerRecord {
  const active = issuers.find(({ stage }) => stage === 'active');
  if (active !== undefined) return active;
  throw new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
    sentence: 'no issuing authority is active',
    place: 'record of the issuing authorities',
    remedy:
      'put it back from a copy of the folder, or restore the last backup with entente ca restore of @entente/commands',
  });
}

/**
 * The one that will issue next: prepared, not revoked, valid, below a root that is in use. One that another root has certified is the last
 * resort.
 * @param now - milliseconds since 1970
 */
export function successorOf(view: Pick<RolloverView, IssuerFacts>, now: number): IssuerRecord | undefined {
  checkView(view, now, 'successorOf');
  const { issuers, revoked, superseded = none, withdrawn = none } = view;
  const usable = issuers.filter(
    ({ notAfter, notBefore, number, stage }) =>
      stage === 'prepared' &&
      !revoked.has(number) &&
      !withdrawn.has(number) &&
      now < notAfter &&
      !isOfTheFuture(notBefore, now),
  );
  return usable.find(({ number }) => !superseded.has(number)) ?? usable[0];
}

/** What is known of issuing authorities without the ledger. */
type IssuerFacts = 'issuers' | 'revoked' | 'superseded' | 'withdrawn';

/**
 * When a prepared successor takes over: at two thirds of the active one's life, but not before members have its lists. It waits for that
 * alone where it follows to another root, and takes over at once where the active one was revoked, must not issue, is of the future, or
 * ends sooner. Never before it is valid: nobody would accept what it issues, and by a clock that is behind nothing is issued at all.
 * @param now - milliseconds since 1970
 * @returns milliseconds since 1970
 */
export function activationTime(
  active: IssuerRecord,
  successor: Pick<IssuerRecord, 'notBefore' | 'number' | 'preparedAt'>,
  {
    revoked,
    superseded = none,
    withdrawn = none,
  }: Pick<RolloverView, 'revoked' | 'superseded' | 'withdrawn'>,
  now: number,
): number {
  const isUseless = isOfTheFuture(active.notBefore, now);
  if (isUseless || revoked.has(active.number) || withdrawn.has(active.number)) return successor.notBefore;
  const changesRoot = superseded.has(active.number) && !superseded.has(successor.number);
  const known = successor.preparedAt + settleMs;
  const settled = changesRoot ? known : Math.max(activationDue(active), known);
  return Math.max(successor.notBefore, Math.min(settled, active.notAfter - settleMs));
}

/**
 * When a retiring authority is not needed any more.
 * @returns milliseconds since 1970; undefined while the end of its last certificate is not known
 */
export function retirementTime(
  { notAfter, number }: IssuerRecord,
  { lastEnd, revoked }: Pick<RolloverView, 'lastEnd' | 'revoked'>,
): number | undefined {
  if (revoked.has(number)) return Number.NEGATIVE_INFINITY;
  const end = lastEnd.get(number);
  // After the end of its own certificate no relying party accepts a list that it signs.
  return end === undefined ? undefined : Math.min(end + listMarginMs, notAfter);
}

/**
 * Those that the time says are not needed any more. A clock that is ahead for a moment says so of one that is needed, and its key does not
 * come back: who takes the step waits first, and names in {@link RolloverView.waited} those that have waited.
 * @param view - what is recorded and known
 * @param now - milliseconds since 1970
 * @returns their numbers; those on the root's list are among them, and need not wait
 */
export function retirementsDue(
  view: Pick<RolloverView, 'issuers' | 'lastEnd' | 'revoked'>,
  now: number,
): ReadonlySet<number> {
  checkView(view, now, 'retirementsDue');
  const due = view.issuers.filter((issuer) => {
    const { notAfter, number, stage } = issuer;
    if (stage === 'prepared') return view.revoked.has(number) || now > notAfter;
    return stage === 'retiring' && now > (retirementTime(issuer, view) ?? notAfter);
  });
  return new Set(due.map(({ number }) => number));
}

/**
 * Decides on the next step of the rollover.
 * @param view - what is recorded and known
 * @param now - milliseconds since 1970
 * @returns the step, or undefined where none is due
 */
export function nextStep(view: RolloverView, now: number): RolloverStep | undefined {
  checkView(view, now, 'nextStep', true);
  const { issuers, keys, revoked, superseded = none, waited } = view;
  const kept = issuers.filter(({ number, stage }) => stage === 'retired' && keys.has(number));
  // First: its lists are missing.
  const early = kept.find(({ number, retiredAt = now }) => now < retiredAt && !revoked.has(number));
  if (early !== undefined && waited === undefined) return { kind: 'take-back', number: early.number };
  const due = retirementsDue(view, now);
  const retires = (number: number): boolean =>
    due.has(number) && (revoked.has(number) || (waited?.has(number) ?? true));
  for (const { number, stage } of issuers) {
    if (stage === 'prepared' && retires(number)) return { kind: 'retire', number };
  }
  const active = activeOf(issuers);
  // It was prepared by the root before, and the next one issues already.
  const left = issuers.find(({ number, stage }) => stage === 'prepared' && superseded.has(number));
  if (left !== undefined && !superseded.has(active.number)) return { kind: 'retire', number: left.number };
  const successor = successorOf(view, now);
  if (successor !== undefined && now >= activationTime(active, successor, view, now)) {
    return { kind: 'activate', number: successor.number };
  }
  for (const { number, stage } of issuers) {
    if (stage === 'retiring' && retires(number)) return { kind: 'retire', number };
  }
  // Last: a key that cannot be destroyed keeps nobody from issuing.
  const unneeded = kept.find(
    ({ number, retiredAt = 0 }) =>
      waited !== undefined || revoked.has(number) || now >= retiredAt + keyWaitMs,
  );
  return unneeded === undefined ? undefined : { kind: 'destroy-key', number: unneeded.number };
}

/**
 * The record after a step. `destroy-key` changes none: the record does not say whether a key exists.
 * @param issuers - before
 * @param step - as {@link nextStep} has decided
 * @param now - milliseconds since 1970
 */
export function afterStep(
  issuers: readonly IssuerRecord[],
  { kind, number }: RolloverStep,
  now: number,
): readonly IssuerRecord[] {
  checkValue(kind, oneOf('activate', 'retire', 'take-back', 'destroy-key'), 'step of afterStep');
  checkMilliseconds(now, 'now of afterStep');
  return issuers.map((issuer) => {
    if (kind === 'activate') {
      if (issuer.number === number) return { ...issuer, stage: 'active', activatedAt: now };
      return issuer.stage === 'active' ? { ...issuer, stage: 'retiring', retiringSince: now } : issuer;
    }
    if (kind === 'take-back' && issuer.number === number) {
      const { retiredAt: _, ...before } = issuer;
      // One that has never issued had not begun to retire either.
      return { ...before, stage: issuer.activatedAt === undefined ? 'prepared' : 'retiring' };
    }
    const retires = kind === 'retire' && issuer.number === number;
    return retires ? { ...issuer, stage: 'retired', retiredAt: now } : issuer;
  });
}

/** What only the key of the root can do. */
export interface RootNeeds {
  /** Certify the next issuing authority. */
  readonly issuing: boolean;
  /** Sign the next list of the root. */
  readonly list: boolean;
}

/**
 * Decides what the root in use should sign now. What is due soon is done in the same visit.
 * @param view - what is recorded and known
 * @param list - the root's list in force
 * @param now - milliseconds since 1970
 */
export function rootNeeds(
  view: Pick<RolloverView, IssuerFacts>,
  list: RootListTimes,
  now: number,
): RootNeeds {
  checkView(view, now, 'rootNeeds');
  const { revoked, superseded = none, withdrawn = none } = view;
  const active = activeOf(view.issuers);
  const successor = successorOf(view, now);
  const isMissing = successor === undefined || superseded.has(successor.number);
  const { number } = active;
  const isUseless = revoked.has(number) || isOfTheFuture(active.notBefore, now);
  const isUrgent = isUseless || superseded.has(number) || withdrawn.has(number);
  const due = isUrgent ? now : preparationDue(active);
  const issuing = isMissing && now >= due;
  const listDue = isRootListDue(list, now) ? now : rootListDue(list);
  return {
    issuing: issuing || (isMissing && now >= listDue && now >= due - togetherMs),
    list: now >= listDue || (issuing && now >= listDue - togetherMs),
  };
}
