import type { Call } from '@entente/sip-endpoint';
import { monotonicMs } from '../live-trust/order.ts';
import type { Findings } from './findings.ts';
import type { Person } from './person.ts';
import { inTime } from './reach.ts';

/** The caller and the called user. */
export type Pair = readonly [Person, Person];

/** A call as both sides have it. */
export interface Talk {
  readonly people: Pair;
  readonly sides: readonly [Call, Call];
}

/** Who calls whom: each user of the one member has a call with one of the others, begun in turns by either; and each second one with the next of their own. */
export function pairsOf(own: readonly Person[], others: readonly Person[]): readonly Pair[] {
  const pairs: Pair[] = [];
  for (const [index, person] of own.entries()) {
    const other = others[index % others.length]!;
    pairs.push(index % 2 === 0 ? [person, other] : [other, person]);
    const next = own[index + 1];
    if (index % 2 === 0 && next !== undefined) pairs.push([person, next]);
  }
  return pairs;
}

/**
 * Sets calls up.
 * @param pairs - who calls whom
 */
export async function setUp(pairs: readonly Pair[]): Promise<readonly Talk[]> {
  const talks: Talk[] = [];
  // One after the other, so that the last call that a side has got is this one.
  for (const [caller, called] of pairs) {
    const before = called.calls.length;
    const outgoing = await caller.call(called);
    const incoming = called.calls[before];
    if (incoming === undefined) throw new Error(`the call of ${caller.name} was answered by nobody`);
    talks.push({ people: [caller, called], sides: [outgoing, incoming] });
  }
  return talks;
}

/**
 * Ends each call, by either side in turns, and looks whether the other one hears of it.
 * @param talks - all that are up
 * @param since - moment of a loss, by `monotonicMs`
 * @param findings - where that goes
 */
export async function endAll(talks: readonly Talk[], since: number, findings: Findings): Promise<void> {
  const ended = await Promise.all(talks.map((talk, index) => end(talk, index % 2, since)));
  const afterMs = ended.map(({ afterMs: after }) => after);
  findings.delays(`each of ${talks.length} calls is ended by one side, and heard of by the other`, afterMs);
  for (const { fault } of ended) if (fault !== undefined) findings.demand(false, fault);
}

/** @param side - which side hangs up */
async function end(
  { people, sides }: Talk,
  side: number,
  since: number,
): Promise<{ readonly afterMs: number | undefined; readonly fault: string | undefined }> {
  const ending = sides[side]!;
  const other = sides[1 - side]!;
  const failed = (what: string) => {
    const after = Math.round(monotonicMs() - since);
    const fault = `${people[side]?.name} hangs up on ${people[1 - side]?.name}, ${after} ms later: ${what}`;
    return { afterMs: undefined, fault };
  };
  try {
    const { status } = await ending.hangUp();
    if (status !== 200) return failed(`BYE was answered ${status}`);
    const how = await inTime(other.ended);
    if (how !== 'remote') return failed(`the other side has the call as ${how ?? 'going on'}`);
    return { afterMs: monotonicMs() - since, fault: undefined };
  } catch (error) {
    return failed((error as Error).message);
  }
}
