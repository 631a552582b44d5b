import type { Logger, ServerProblem } from '@entente/host';
import type { SipRequest } from '@entente/sip';
import { type RequestRefusal, refusal } from '@entente/sip-proxy';
import {
  believed,
  bindingsOf,
  type LocationRecord,
  ReplicatedLocations,
  recordFromJson,
  recordToJson,
} from '@entente/sip-proxy/locations/replicated';
import { RegistrationsFile, type RegistrationsFileOptions } from '../registrations/registrations-file.ts';
import { readCopies } from './copy-message.ts';
import { PoolCopies, type PoolCopiesOptions } from './pool-copies.ts';
import { voucherOf } from './registration-sources.ts';
import { SkippedAddresses } from './skipped-addresses.ts';

/** What {@link PoolRegistrations} needs. */
export interface PoolRegistrationsOptions extends Omit<PoolCopiesOptions, 'records'> {
  /** Where they are kept over a restart; nowhere without it. */
  readonly file?: Omit<RegistrationsFileOptions, 'kind' | 'clock'> | undefined;
  /** Whether a user is served by our pool. */
  readonly isOurs: (aor: string) => boolean;
  /** Whether somebody can sign in with an address: what is known of a user always has room. */
  readonly isUser: (aor: string) => boolean;
  /** Whether what a server has vouched for counts, see `Vouchers`. */
  readonly isBelieved: (voucher: string) => boolean;
  /** Whether a server counts that has sent a REGISTER to one of ours, see `Vouchers`; default `isBelieved`. */
  readonly isAsker?: (voucher: string) => boolean;
  /** Addresses of record of nobody that others may have us know; default 10,000. */
  readonly maxAddresses?: number;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Addresses of record that others may have us know beside those of users: an account may be known there and not here yet. Who makes addresses up
 * fills no memory with them, and keeps no user out.
 */
const defaultMaxAddresses = 10_000;
/** So full at most it is where what was passed over is asked for again: each time costs a copy of everything. */
const roomAgain = 7 / 8;
/** Addresses of record that are looked at once a second for what has expired. */
const sweptAtOnce = 2_000;

/**
 * The registrations of a pool without a store: each server has a copy of all, and keeps it in a file for its restart. What one accepts is
 * acknowledged once another one has it too.
 */
export class PoolRegistrations implements AsyncDisposable {
  readonly locations: ReplicatedLocations;
  readonly #options: PoolRegistrationsOptions;
  readonly #copies: PoolCopies;
  #file: RegistrationsFile | undefined;
  /** Whose bindings others have sent that were passed over here, because the user was not known yet, or is of another pool. */
  readonly #skipped = new SkippedAddresses();
  /** Whether bindings that others have sent were passed over here because of who vouches for them. */
  #hasDoubted = false;
  /** Whether some were passed over here because there was no room. */
  #lacksRoom = false;

  private constructor(options: PoolRegistrationsOptions) {
    this.#options = options;
    this.locations = new ReplicatedLocations((...change) => this.#changed(...change));
    this.#copies = new PoolCopies({ ...options, records: () => this.locations.records() });
  }

  /**
   * Opens them, with what an earlier run has kept.
   * @param options - the pool, and the file
   */
  static async open(options: PoolRegistrationsOptions): Promise<PoolRegistrations> {
    const { clock, file } = options;
    const pool = new PoolRegistrations(options);
    const { locations } = pool;
    if (file === undefined) return pool;
    const entries = function* () {
      for (const [aor, record] of locations.records()) yield [aor, recordToJson(record)] as const;
    };
    const restore = (aor: string, value: unknown) => {
      const record = recordFromJson(value, aor, clock());
      if (record === undefined) return false;
      return (
        locations.merge(aor, believed(record, options.isBelieved, options.isAsker), clock()) !== undefined
      );
    };
    pool.#file = await RegistrationsFile.open({ ...file, kind: 'pool', clock }, restore, entries);
    return pool;
  }

  /** That the file could not be written. */
  problems(): readonly ServerProblem[] {
    return this.#file?.problems() ?? [];
  }

  /**
   * Another server publishes what it knows.
   * @param request - PUBLISH, of a server of ours
   * @param from - its FQDN
   * @param serialHex - of the certificate that it has proven itself with
   * @returns why it is refused; nothing once everything is kept
   */
  async receive(request: SipRequest, from: string, serialHex?: string): Promise<RequestRefusal | undefined> {
    const { clock, isAsker, isBelieved, isOurs, members } = this.#options;
    if (!members().includes(from)) return notOfOurPool(from);
    const now = clock();
    const copies = readCopies(request, now, voucherOf(from, serialHex));
    if (typeof copies === 'string') return malformed(copies);
    if (copies.unreadable !== undefined) this.#passedOver(copies.unreadable, from);
    const kept: Promise<void>[] = [];
    let left = 0;
    for (const [aor, record] of copies.records) {
      // Another topology is in force there, or other accounts are known.
      if (!this.#hasPlace(aor)) {
        if (isOurs(aor)) left++;
        if (bindingsOf(record).length > 0) {
          this.#skipped.add(aor);
          if (isOurs(aor)) this.#lacksRoom = true;
        }
        continue;
      }
      // The server that passes it on may not have heard yet who is not believed any more, or this one who is.
      const counting = believed(record, isBelieved, isAsker);
      if (counting !== record) this.#hasDoubted = true;
      const known = this.locations.merge(aor, counting, now);
      if (known !== undefined && this.#file !== undefined)
        kept.push(this.#file.keep(aor, recordToJson(known)));
    }
    if (left > 0) this.#tooMany(left, from);
    if (copies.wants) this.#copies.returned(from);
    await Promise.all(kept);
    return undefined;
  }

  /**
   * A server of the pool answers, and did not before.
   * @param member - FQDN
   */
  returned(member: string): void {
    this.#copies.returned(member);
  }

  /**
   * Who is believed may be others now: drops what only those have vouched for who are not, and asks the other servers for what they know by
   * another way.
   */
  trustChanged(): void {
    const { isAsker, isBelieved } = this.#options;
    const changed = this.locations.keepBelieved(isBelieved, isAsker);
    if (changed.length === 0) {
      this.usersChanged();
      return;
    }
    this.#options.logger.warn(
      { event: 'registrations-not-believed', count: changed.length },
      `dropped registrations of ${changed.length} users that a server has vouched for which is no longer believed: it has left the pool, or its certificate was revoked; clients register again, and the other servers are asked for what they know`,
    );
    for (const aor of changed) {
      const record = this.locations.recordOf(aor);
      void this.#file?.keep(aor, record === undefined ? undefined : recordToJson(record));
    }
    this.#ask();
  }

  /**
   * Other users are known here now, or others are at home in this pool: asks the other servers again where they have told something before that
   * was passed over and has a place now. They take it for known here, and a client registers again in an hour.
   * @param addresses - of users whose accounts have changed; without them anything may be otherwise, who is believed included
   */
  usersChanged(addresses?: Iterable<string>): void {
    const isDoubtOver = addresses === undefined && this.#hasDoubted;
    if (isDoubtOver || this.#skipped.some((aor) => this.#hasPlace(aor), addresses)) this.#ask();
  }

  /**
   * Forgets what has expired, tells others what they have missed, and asks again for what was passed over once there is room. Call it once a
   * second.
   */
  tick(): void {
    const { clock, maxAddresses = defaultMaxAddresses } = this.#options;
    this.locations.expireSome(clock(), sweptAtOnce);
    if (this.#lacksRoom && this.locations.size <= maxAddresses * roomAgain) this.#ask();
    this.#copies.tick();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#file?.[Symbol.asyncDispose]() ?? Promise.resolve();
  }

  /** Asks the others for everything. What has no place then is passed over again, and noted again. */
  #ask(): void {
    this.#skipped.clear();
    this.#hasDoubted = false;
    this.#lacksRoom = false;
    this.#copies.ask();
  }

  #hasPlace(aor: string): boolean {
    return this.#options.isOurs(aor) && this.#hasRoom(aor);
  }

  #hasRoom(aor: string): boolean {
    const { isUser, maxAddresses = defaultMaxAddresses } = this.#options;
    return this.locations.size < maxAddresses || this.locations.has(aor) || isUser(aor);
  }

  #tooMany(count: number, server: string): void {
    this.#options.logger.warn(
      { event: 'registrations-too-many', server, count },
      `${server} knows registrations of ${count} addresses that no user of this server has: they are passed over; look for what registers them`,
    );
  }

  #passedOver(aor: string, server: string): void {
    this.#options.logger.warn(
      { event: 'registrations-unreadable', server },
      `${server} knows more of ${aor} than can be read here: it is passed over; check that both servers run the same version`,
    );
  }

  #changed(aor: string, record: LocationRecord, changes: LocationRecord): Promise<unknown> | undefined {
    const copied = this.#copies.changed(aor, record, changes);
    const kept = this.#file?.keep(aor, recordToJson(record));
    return copied === undefined ? kept : Promise.all([copied, kept]);
  }
}

function notOfOurPool(from: string): RequestRefusal {
  return refusal(
    'replication-not-allowed',
    403,
    `expected registrations from a server of our pool, found ${from}`,
    'Check the pools of the two servers in the topology.',
  );
}

function malformed(found: string): RequestRefusal {
  return refusal(
    'malformed-request',
    400,
    `expected registrations of the pool, found ${found}`,
    'Check that the servers of the pool run versions that understand each other.',
  );
}
