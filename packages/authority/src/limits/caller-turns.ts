import type { Problem } from '@entente/pki';
import { addressGroup } from '@entente/tls/internal';
import type { Caller } from '../caller.ts';
import { FairTurns, type TurnBounds } from './fair-turns.ts';

const waiting = { waitingOfEach: 100, waiting: 10_000 };

/**
 * How many requests are answered at once. A member, or an administrator, has no need of more than a few; together they ask the ledger for a
 * small part of what may wait for it (10,000 operations), so that it refuses none of them, nor what the authority does by itself.
 */
const turnBounds: Readonly<Record<Caller['kind'], TurnBounds>> = {
  server: { each: 4, all: 256, ...waiting },
  administrator: { each: 8, all: 256, ...waiting },
  /** An address; one /64 of IPv6 counts as one. */
  nobody: { each: 8, all: 64, ...waiting },
};

const topologyTurns: TurnBounds = { each: 1, all: 8, waitingOfEach: 7, waiting: 64 };

/**
 * How many topologies are read at once: a large one takes a second and tens of megabytes. An administrator holds the turn while the
 * topology comes, and holds up nobody else as long as fewer than eight do so.
 */
export const topologyTurnBounds: Readonly<Record<Caller['kind'], TurnBounds>> = {
  server: topologyTurns,
  administrator: topologyTurns,
  nobody: topologyTurns,
};

/** Lets the requests of callers take turns; each kind of caller has turns of its own, so that no kind waits for another. */
export class CallerTurns {
  readonly #turns: Readonly<Record<Caller['kind'], FairTurns>>;

  /** @param bounds - of each kind of caller; default those of any request */
  constructor(bounds: Readonly<Record<Caller['kind'], TurnBounds>> = turnBounds) {
    this.#turns = {
      server: new FairTurns(bounds.server),
      administrator: new FairTurns(bounds.administrator),
      nobody: new FairTurns(bounds.nobody),
    };
  }

  /**
   * @param caller - sends the request
   * @param answer - called when its turn has come; the body of the request should be there by then
   * @returns the answer; `undefined` where too many of its requests wait
   */
  take<T>(caller: Caller, answer: () => Promise<T>): Promise<T> | undefined {
    return this.#turns[caller.kind].take(keyOf(caller), answer);
  }
}

function keyOf(caller: Caller): string {
  switch (caller.kind) {
    case 'server':
      return caller.server;
    case 'administrator':
      return caller.name;
    case 'nobody':
      return addressGroup(caller.address);
  }
}

/** The answer to a request that may not even wait. */
export const tooManyWaiting: Problem & { readonly retryAfterSeconds: number } = {
  reason: 'throttled',
  message: 'too many requests of this caller wait for their answers',
  remedy: 'send the request again when those before it are answered',
  status: 429,
  retryAfterSeconds: 1,
};
