import type { Problem } from '@entente/pki';
import { addressGroup } from '@entente/tls/internal';
import type { Caller } from '../caller.ts';
import { type Rate, RateLimit, type Taken } from './rate-limit.ts';

/** What is counted: each fills the disk of the authority a little, or takes much to answer. */
export type Limited =
  | 'certificate'
  | 'join'
  | 'join-token'
  | 'command'
  | 'judgement'
  | 'account'
  | 'feed'
  | 'password';

/**
 * How often each caller may ask. A server renews twice a week, and tries again every ten minutes where that fails; an administrator who
 * installs a large network orders tokens by the hundred.
 */
export const requestRates: Readonly<Record<Limited, Rate>> = {
  /** By a server, with its certificate; by an administrator, for a server that cannot join, or the next one of their own. */
  certificate: { burst: 20, perHour: 10 },
  /** With join tokens that are refused, from one address; one /64 of IPv6 counts as one. */
  join: { burst: 1_000, perHour: 1_000 },
  /** Ordered by an administrator. */
  'join-token': { burst: 1_000, perHour: 1_000 },
  /** Topologies, revocations and ends of holds of an administrator. */
  command: { burst: 1_000, perHour: 1_000 },
  /** Topologies that are judged and not published, by an administrator: a large one takes all of the authority for a second. */
  judgement: { burst: 20, perHour: 60 },
  /** Changes of accounts, by an administrator; an import has 500 accounts in each. */
  account: { burst: 3_000, perHour: 3_000 },
  /** Pages of the feed of accounts, by a server: all of a million accounts at once, then ten in a second, as often as it is told. */
  feed: { burst: 3_000, perHour: 36_000 },
  /** New passwords, by a server for its users. */
  password: { burst: 1_000, perHour: 3_600 },
};

const whatIs: Readonly<Record<Exclude<Limited, 'certificate'>, string>> = {
  join: 'requests with join tokens that were refused from this address',
  'join-token': 'join tokens ordered by this administrator',
  command: 'commands of this administrator',
  judgement: 'judgements for this administrator',
  account: 'changes of accounts by this administrator',
  feed: 'pages of accounts for this server',
  password: 'new passwords of users of this server',
};

/** Largest number of servers in a topology; there are fewer administrators and addresses worth remembering. */
const maxRemembered = 20_000;

/** A request that is one too many. */
export interface TooMany {
  readonly problem: Problem & { readonly retryAfterSeconds: number };
  /** Whether a line of the log says so: the first time, not each time. */
  readonly isFirst: boolean;
}

/** Bounds how often each caller asks for what is recorded for ever. */
export class RequestLimits {
  readonly #limits: Readonly<Record<Limited, RateLimit>>;

  /**
   * @param now - milliseconds since 1970
   * @param rates - default {@link requestRates}
   */
  constructor(now: () => number, rates: Readonly<Record<Limited, Rate>> = requestRates) {
    const limit = (what: Limited) => new RateLimit(rates[what], maxRemembered, now);
    this.#limits = {
      certificate: limit('certificate'),
      join: limit('join'),
      'join-token': limit('join-token'),
      command: limit('command'),
      judgement: limit('judgement'),
      account: limit('account'),
      feed: limit('feed'),
      password: limit('password'),
    };
  }

  /**
   * Counts a request.
   * @param what - is asked for
   * @param caller - by whom
   * @returns what to answer where it is one too many
   */
  count(what: Limited, caller: Caller): TooMany | undefined {
    const taken = this.#limits[what].take(keyOf(caller));
    return taken.ok ? undefined : tooMany(what, caller, taken);
  }
}

/** A caller that shows no certificate is known by its address alone. */
function keyOf(caller: Caller): string {
  switch (caller.kind) {
    case 'server':
      return caller.server;
    case 'administrator':
      // An id of an administrator may look like the name of a server.
      return `administrator ${caller.name}`;
    case 'nobody':
      return addressGroup(caller.address);
  }
}

function describe(what: Limited, caller: Caller): string {
  if (what !== 'certificate') return whatIs[what];
  return caller.kind === 'administrator'
    ? 'certificates ordered by this administrator'
    : 'certificates for this server';
}

function tooMany(
  what: Limited,
  caller: Caller,
  { isFirst, retryAfterSeconds }: Extract<Taken, { ok: false }>,
): TooMany {
  return {
    isFirst,
    problem: {
      reason: 'throttled',
      message: `too many ${describe(what, caller)}: expected at most ${requestRates[what].perHour} an hour`,
      remedy: `send the request again in ${retryAfterSeconds} seconds; find out why there are so many`,
      status: 429,
      retryAfterSeconds,
    },
  };
}
