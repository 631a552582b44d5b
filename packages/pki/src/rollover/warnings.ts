import { profiles } from '../ground/profile.ts';
import {
  activationDue,
  activeOf,
  isOfTheFuture,
  preparationDue,
  type RolloverView,
  type RootListTimes,
  rootListDue,
  successorOf,
} from './decide-rollover-step.ts';

const dayMs = 86_400_000;

/** Milliseconds before something is needed at which a warning becomes loud. */
export const loudMs = 30 * dayMs;
/** Milliseconds before the end of the root at which its own end is announced: the time for a new root. */
const rootWarningMs = 730 * dayMs;

/** Something that needs the root before it is too late. */
export interface RolloverWarning {
  /** Stable literal, for programs. */
  readonly kind:
    | 'successor-needed'
    | 'issuer-ends'
    | 'issuer-revoked'
    | 'issuer-of-the-future'
    | 'root-list-expires'
    | 'root-list-of-the-future'
    | 'root-ends';
  /** Whether it is urgent. */
  readonly loud: boolean;
  /** What is late or due, and until when; without final stop. */
  readonly message: string;
  /** What the administrator should do; without final stop. */
  readonly remedy: string;
  /** The root that it is about, where there are several. */
  readonly of?: string;
  /** When it is too late, milliseconds since 1970. */
  readonly until: number;
}

const visitRemedy =
  'carry root-request.json from the directory of the authority to the key of the root, sign it with entente ca root sign, and bring the answer back with entente ca root accept';
const againRemedy = `set the clocks of the authority and of the machine of the root, then ${visitRemedy}; where the key is elsewhere, entente ca root sign needs --clock-is-right, and where it is beside the authority, it signs by itself an hour later`;
/** The longest life of a leaf, milliseconds. */
const longestLeafMs = Math.max(...Object.values(profiles).map(({ lifetimeMs }) => lifetimeMs));

/**
 * What must be done for the list of a root, and how urgent it is.
 * @param list - in force
 * @param now - milliseconds since 1970
 * @param name - of the root, where there are several
 * @returns none or one
 */
export function rootListWarnings(
  list: RootListTimes,
  now: number,
  name?: string,
): readonly RolloverWarning[] {
  if (isOfTheFuture(list.thisUpdate, now)) {
    const message = `the revocation list of ${name ?? 'the root'} is valid from ${moment(list.thisUpdate)} on: it was signed while a clock was ahead, and nobody accepts it before`;
    const warning = { kind: 'root-list-of-the-future', loud: true, message, remedy: againRemedy } as const;
    return [{ ...warning, ...(name === undefined ? {} : { of: name }), until: list.thisUpdate }];
  }
  if (now < rootListDue(list)) return [];
  const message =
    now > list.nextUpdate
      ? `the revocation list of ${name ?? 'the root'} has expired on ${day(list.nextUpdate)}`
      : `the revocation list of ${name ?? 'the root'} expires in ${Math.floor((list.nextUpdate - now) / dayMs)} days`;
  const loud = now >= list.nextUpdate - 2 * loudMs;
  const warning = { kind: 'root-list-expires', loud, message, remedy: visitRemedy } as const;
  return [{ ...warning, ...(name === undefined ? {} : { of: name }), until: list.nextUpdate }];
}

/**
 * What must be done at the root, and how urgent it is. A root whose key is at hand does the same without being asked.
 * @param view - what is recorded and known
 * @param list - the root's list in force
 * @param root - end of the root's certificate
 * @param now - milliseconds since 1970
 */
export function rolloverWarnings(
  view: Pick<RolloverView, 'issuers' | 'revoked' | 'superseded' | 'withdrawn'>,
  list: RootListTimes,
  root: { readonly notAfter: number },
  now: number,
): readonly RolloverWarning[] {
  const warnings: RolloverWarning[] = [];
  const active = activeOf(view.issuers);
  const successor = successorOf(view, now);
  if (view.revoked.has(active.number) && successor === undefined) {
    warnings.push({
      kind: 'issuer-revoked',
      loud: true,
      message: `issuing authority ${active.number} is on the list of the root, and there is no other: nothing that it issues is accepted`,
      remedy: visitRemedy,
      until: now,
    });
  } else if (isOfTheFuture(active.notBefore, now)) {
    warnings.push({
      kind: 'issuer-of-the-future',
      loud: true,
      message: `issuing authority ${active.number} is valid from ${moment(active.notBefore)} on: it was certified while a clock was ahead, and nothing that it issues is accepted before`,
      remedy: againRemedy,
      until: active.notBefore,
    });
  } else if (successor === undefined && now >= preparationDue(active)) {
    const until = activationDue(active);
    warnings.push({
      kind: 'successor-needed',
      loud: now >= until - loudMs,
      message: `the root has not certified a successor of issuing authority ${active.number}, which should take over on ${day(until)}; nothing can be issued after ${day(active.notAfter)}`,
      remedy: visitRemedy,
      until,
    });
  }
  if (now > active.notAfter - longestLeafMs) {
    warnings.push({
      kind: 'issuer-ends',
      loud: true,
      message: `issuing authority ${active.number} ends on ${day(active.notAfter)}, so that certificates end earlier than they should: its successor is late`,
      remedy: visitRemedy,
      until: active.notAfter,
    });
  }
  warnings.push(...rootListWarnings(list, now));
  if (now >= root.notAfter - rootWarningMs) {
    warnings.push({
      kind: 'root-ends',
      loud: now >= root.notAfter - rootWarningMs / 2,
      message: `the root ends on ${day(root.notAfter)}, and with it everything that it has certified`,
      remedy:
        'prepare the next root with entente ca root prepare, and list it with entente topology root prepare',
      until: root.notAfter,
    });
  }
  return warnings;
}

function moment(time: number): string {
  return new Date(time).toISOString();
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
