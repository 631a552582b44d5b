import { anything, type Rule } from '@entente/options';
import { addressGroup } from '@entente/tls/internal';
import { checks } from '../options/option-rules.ts';
import { CeilingFault } from './ceiling-fault.ts';
import { Ledger, type LedgerQuotas } from './ledger.ts';
import { leastCeilingBytes, memoryCeiling } from './memory-ceiling.ts';
import type { PeerKind } from './peer-kind.ts';
import { Quota, type QuotaLimits } from './quota.ts';
import { LeftShares } from './shares-of-gone-users.ts';

/** The ceilings of a process. */
export interface MessageBudgetOptions {
  /**
   * Bytes of messages under way that the process keeps at most, 16 MiB or more. Default a quarter of the memory that the process may
   * use; a greater value counts as that.
   */
  readonly maxBytes?: number | undefined;
  /** Transactions under way at most, 1,000 to 200,000. Default 200,000. */
  readonly maxTransactions?: number | undefined;
}

/** What of the ceilings of its kind one may take. */
interface Shares {
  /** Of the whole. The shares of all kinds together are the whole, so none can take what is kept for another. */
  readonly ofAll: number;
  readonly connection: number;
  /** Of a user, server or partner. */
  readonly peer: number;
  readonly address: number;
}

const shares: Readonly<Record<PeerKind, Shares>> = {
  unknown: { ofAll: 1 / 8, connection: 1 / 64, peer: 1 / 8, address: 1 / 8 },
  user: { ofAll: 3 / 8, connection: 1 / 16, peer: 1 / 8, address: 1 / 4 },
  partner: { ofAll: 1 / 8, connection: 1 / 2, peer: 1 / 2, address: 1 },
  server: { ofAll: 3 / 8, connection: 1 / 2, peer: 1 / 2, address: 1 },
};

/** Their values are looked at as ceilings. */
const names: { readonly [name in keyof Required<MessageBudgetOptions>]: Rule } = {
  maxBytes: anything,
  maxTransactions: anything,
};
const defaultTransactions = 200_000;
const leastTransactions = 1_000;
/** Somebody may send one message of the greatest size, and have it wait for its next hop, however small their share is. */
const oneMessageBytes = 2_621_440;
/** Of what one server may have under way, the most that may wait for the answers of one client. */
const partTowardsClient = 1 / 8;
/** Room for some fifty requests, however low the ceiling is. */
const leastBytesTowardsClient = 262_144;
/** A telephone that many call may ring for all of them, however low the ceilings are. */
const leastTowardsClient = 64;
/** The same for an unknown peer, whose messages are smaller. */
const oneUnknownBytes = 131_072;

/**
 * The ceilings of a process for messages under way, and what each connection, address, peer and kind of peer may take of them. Each
 * kind has a share of its own: whatever unknown peers and users do, the share of the servers is free for them.
 */
export class MessageBudget {
  /** Bytes that the process keeps at most. */
  readonly maxBytes: number;
  /** Transactions that it keeps at most. */
  readonly maxTransactions: number;
  readonly #kinds = new Map<PeerKind, Quota>();
  readonly #shared = new Map<string, Quota>();
  readonly #leftShares = new LeftShares();
  readonly #leave = (quotas: LedgerQuotas): void => this.#left(quotas);

  /**
   * @param options - lower ceilings than the defaults
   * @throws CeilingFault `ENTENTE_SIP_CEILING_INVALID` where one is not a number in its range; SipArgumentError where one is misspelt
   */
  constructor(options: MessageBudgetOptions = {}) {
    checks.options(options, names, 'MessageBudget');
    const { maxBytes, maxTransactions = defaultTransactions } = options;
    check('maxBytes', maxBytes ?? leastCeilingBytes, leastCeilingBytes, Number.MAX_SAFE_INTEGER);
    check('maxTransactions', maxTransactions, leastTransactions, defaultTransactions);
    const ceiling = memoryCeiling();
    this.maxBytes = Math.min(maxBytes ?? ceiling, ceiling);
    this.maxTransactions = maxTransactions;
    for (const kind of Object.keys(shares) as PeerKind[])
      this.#kinds.set(kind, new Quota(this.#part(kind, 1, 0)));
  }

  /** Bytes under way. */
  get bytes(): number {
    return this.#sum((quota) => quota.bytes);
  }

  /** Transactions under way. */
  get transactions(): number {
    return this.#sum((quota) => quota.transactions);
  }

  /** Addresses and peers that have a connection, or something under way. */
  get peers(): number {
    return this.#shared.size;
  }

  /** What all peers of a kind have under way, and may have. */
  of(kind: PeerKind): Readonly<Quota> {
    return this.#kinds.get(kind) as Quota;
  }

  /**
   * Begins to count for a connection.
   * @param kind - who the peer is
   * @param address - that it comes from
   * @param name - of the server or partner
   */
  open(kind: PeerKind, address: string | undefined, name?: string): Ledger {
    return new Ledger(this.#quotas(kind, address, name), this.#leave);
  }

  /**
   * A user has authenticated on a connection.
   * @param ledger - of the connection
   * @param address - that it comes from
   * @param user - address of record
   */
  prove(ledger: Ledger, address: string | undefined, user: string): void {
    ledger.move(this.#quotas('user', address, user));
  }

  /**
   * What may wait for the answers of one client. One that answers nothing would otherwise have those that ask it fill the link between two
   * servers, which all share.
   */
  openTowardsClient(): Ledger {
    const own = new Quota(this.#towardsClient());
    return new Ledger({ own, peer: own, crowd: undefined, all: [own] }, this.#leave);
  }

  /**
   * A user has authenticated on the connection of a client: all devices of one user together have no more to answer than one client may.
   * @param asked - of {@link openTowardsClient}
   * @param user - address of record
   */
  proveTowards(asked: Ledger, user: string): void {
    const limits = this.#towardsClient();
    const own = new Quota(limits);
    const ofUser = this.#join(`towards ${user}`, limits);
    asked.move({ own, peer: ofUser, crowd: undefined, all: [own, ofUser] });
  }

  #towardsClient(): QuotaLimits {
    const part = shares.server.peer * partTowardsClient;
    const { maxBytes, maxTransactions } = this.#part('server', part, leastBytesTowardsClient);
    return { maxBytes, maxTransactions: Math.max(maxTransactions, leastTowardsClient) };
  }

  #quotas(kind: PeerKind, address: string | undefined, name: string | undefined): LedgerQuotas {
    const { address: ofAddress, connection, peer: ofPeer } = shares[kind];
    const least = kind === 'unknown' ? oneUnknownBytes : oneMessageBytes;
    const own = new Quota(this.#part(kind, connection, least));
    const all = [own];
    if (kind === 'unknown' || kind === 'user') {
      const key = `${kind} at ${addressGroup(address)}`;
      all.push(this.#join(key, this.#part(kind, ofAddress, least)));
    }
    if (name !== undefined) all.push(this.#join(`${kind} ${name}`, this.#part(kind, ofPeer, least)));
    const peer = all.at(-1) as Quota;
    const ofKind = this.#kinds.get(kind) as Quota;
    all.push(ofKind);
    const crowd = kind === 'unknown' || kind === 'user' ? ofKind : undefined;
    return { own, peer, crowd, all };
  }

  #part(kind: PeerKind, part: number, least: number): QuotaLimits {
    const all = this.maxBytes * shares[kind].ofAll;
    return {
      maxBytes: Math.floor(Math.min(Math.max(all * part, least), all)),
      maxTransactions: Math.ceil(this.maxTransactions * shares[kind].ofAll * part),
    };
  }

  #join(key: string, limits: QuotaLimits): Quota {
    let quota = this.#shared.get(key);
    if (quota === undefined) {
      quota = new Quota(limits, key, this.#leftShares.take(key));
      this.#shared.set(key, quota);
    }
    quota.ledgers++;
    return quota;
  }

  #left({ all }: LedgerQuotas): void {
    for (const quota of all) {
      if (quota.key === '' || --quota.ledgers > 0) continue;
      this.#shared.delete(quota.key);
      if (quota.begunDialogs !== undefined) this.#leftShares.keep(quota.key, quota.begunDialogs);
    }
  }

  #sum(of: (quota: Quota) => number): number {
    let sum = 0;
    for (const quota of this.#kinds.values()) sum += of(quota);
    return sum;
  }
}

function check(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new CeilingFault(`${name} of a message budget`, least, most, value);
}
