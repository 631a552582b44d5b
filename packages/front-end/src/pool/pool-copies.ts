import type { LocationRecord } from '@entente/sip-proxy/locations/replicated';
import { FullCopyAllowance } from './full-copy-allowance.ts';
import { ReplicatedRegistration } from './replicated-registration.ts';

/** What one server tells another one of its pool. */
export interface CopyMessage {
  /** Whether the receiver is to send everything it knows: the sender has just started. */
  readonly wants: boolean;
  /** Each is an address of record and entries of it, as JSON. */
  readonly records: readonly string[];
}

/** What {@link PoolCopies} needs. */
export interface PoolCopiesOptions {
  /** FQDNs of the other servers of our pool. */
  readonly members: () => readonly string[];
  /** Whether a server answers. */
  readonly isLiving: (server: string) => boolean;
  /**
   * Sends a message, and gives up by itself.
   * @returns whether the server has it
   */
  readonly send: (server: string, message: CopyMessage) => Promise<boolean>;
  /** All that is known here. */
  readonly records: () => Iterable<readonly [aor: string, record: LocationRecord]>;
  /** Resolves when a change has waited long enough for another server. */
  readonly patience: () => Promise<void>;
  /** Milliseconds since 1970, never set back. */
  readonly clock: () => number;
}

/** Characters of one message, and records in it, at most. */
const maxText = 48_000;
const maxRecords = 200;

interface Copy {
  /** Changes that it has not got yet, by address of record; the last one of each binding is enough. */
  readonly changed: Map<string, ReplicatedRegistration>;
  readonly allowance: FullCopyAllowance;
  /** What is left of everything, where it is getting that. */
  all: Iterator<readonly [string, LocationRecord]> | undefined;
  /** Messages with a part of everything that it has taken. */
  taken: number;
  /** Whether it is to get everything, from the beginning, once it may. */
  isOwed: boolean;
  isSending: boolean;
  /** Whether it has been asked for everything. */
  isAsked: boolean;
  /** Whether that is worth a message of its own. */
  isToAsk: boolean;
  /** Called when what is in `changed` now has been sent, or has failed. */
  waiting: ((isKept: boolean) => void)[];
}

/**
 * Keeps the copies of the other servers of a pool up to date. Each gets each change in the order of their coming, many in one message; one
 * that returns gets everything, because nobody knows what it has missed.
 */
export class PoolCopies {
  readonly #options: PoolCopiesOptions;
  readonly #copies = new Map<string, Copy>();
  /** Servers that have not got something. */
  readonly #behind = new Set<string>();

  /** @param options - the pool, and how to send */
  constructor(options: PoolCopiesOptions) {
    this.#options = options;
  }

  /**
   * Hands a change to the others.
   * @param aor - address of record
   * @param record - as it is now
   * @param changes - what of it is new; default all of it
   * @returns done once one other server has it, none can be reached, or it has waited long enough
   */
  changed(aor: string, record: LocationRecord, changes = record): Promise<void> | undefined {
    const { isLiving, members, patience } = this.#options;
    const answers: Promise<boolean>[] = [];
    /** By what waits already: nearly always the same for all servers. */
    const told = new Map<ReplicatedRegistration | undefined, ReplicatedRegistration>();
    for (const member of members()) {
      // What it misses it gets when it is back.
      if (!isLiving(member)) continue;
      const copy = this.#copyOf(member);
      const waiting = copy.changed.get(aor);
      const next =
        told.get(waiting) ?? new ReplicatedRegistration(aor, withWaiting(record, changes, waiting?.entries));
      told.set(waiting, next);
      copy.changed.set(aor, next);
      answers.push(new Promise((resolve) => copy.waiting.push(resolve)));
      this.#start(member, copy);
    }
    if (answers.length === 0) return undefined;
    const one = new Promise<void>((resolve) => {
      for (const answer of answers) void answer.then((isKept) => (isKept ? resolve() : undefined));
      void Promise.all(answers).then(() => resolve());
    });
    return Promise.race([one, patience()]);
  }

  /**
   * A server of the pool answers, and did not before: it gets everything, and is asked for what it knows where this server is new.
   * @param member - FQDN
   */
  returned(member: string): void {
    const copy = this.#copyOf(member);
    this.#behind.delete(member);
    copy.isOwed = true;
    this.#begin(member, copy);
  }

  /** Asks every other server for everything that it knows. */
  ask(): void {
    for (const member of this.#options.members()) {
      const copy = this.#copyOf(member);
      copy.isAsked = false;
      // One that does not answer is asked on its return.
      if (!this.#options.isLiving(member)) continue;
      copy.isToAsk = true;
      this.#start(member, copy);
    }
  }

  /** Sends everything to servers that answer and have not got something, and forgets those that left the pool. Call it once a second. */
  tick(): void {
    const { isLiving, members } = this.#options;
    const known = members();
    for (const [name, copy] of this.#copies) {
      if (!known.includes(name)) this.#copies.delete(name);
      else if (copy.isOwed && isLiving(name)) this.#begin(name, copy);
    }
    for (const member of [...this.#behind]) {
      if (!isLiving(member)) continue;
      this.#behind.delete(member);
      if (known.includes(member)) this.returned(member);
    }
  }

  #copyOf(member: string): Copy {
    let copy = this.#copies.get(member);
    if (copy === undefined) {
      copy = {
        changed: new Map(),
        allowance: new FullCopyAllowance(),
        all: undefined,
        taken: 0,
        isOwed: false,
        isSending: false,
        isAsked: false,
        isToAsk: false,
        waiting: [],
      };
      this.#copies.set(member, copy);
    }
    return copy;
  }

  /** Begins to send everything, unless that is under way: what it is owed then comes once more, after it. */
  #begin(member: string, copy: Copy): void {
    if (copy.all !== undefined || !copy.allowance.take(this.#options.clock())) return;
    copy.isOwed = false;
    copy.taken = 0;
    copy.all = this.#options.records()[Symbol.iterator]();
    this.#start(member, copy);
  }

  #start(member: string, copy: Copy): void {
    if (copy.isSending) return;
    copy.isSending = true;
    void this.#sendAll(member, copy).finally(() => {
      copy.isSending = false;
    });
  }

  async #sendAll(member: string, copy: Copy): Promise<void> {
    // What comes in the same turn goes in one message.
    await Promise.resolve();
    while (copy.changed.size > 0 || copy.all !== undefined || copy.isToAsk) {
      copy.isToAsk = false;
      const isPart = copy.all !== undefined;
      const records = nextRecords(copy);
      // Those whose change stays for the next message wait for that.
      const waiting = copy.changed.size === 0 ? copy.waiting.splice(0) : [];
      const wants = !copy.isAsked;
      const isKept = await this.#options.send(member, { wants, records }).catch(() => false);
      for (const tell of waiting) tell(isKept);
      if (isKept) {
        // It may have to be asked again meanwhile.
        if (wants && !copy.isToAsk) copy.isAsked = true;
        if (isPart) copy.taken++;
        if (copy.isOwed) this.#begin(member, copy);
        continue;
      }
      if (isPart && copy.taken === 0) copy.allowance.giveBack();
      this.#behind.add(member);
      // It gets everything when it is back.
      copy.changed.clear();
      copy.all = undefined;
      for (const tell of copy.waiting.splice(0)) tell(false);
    }
  }
}

/** Changes, with those that wait already: of these what still stands, as it is now. It is never more than the record. */
function withWaiting(
  record: LocationRecord,
  changes: LocationRecord,
  waiting: LocationRecord | undefined,
): LocationRecord {
  if (waiting === undefined) return changes;
  const both = new Map(changes);
  for (const key of waiting.keys()) {
    const entry = record.get(key);
    if (entry !== undefined) both.set(key, entry);
  }
  return both;
}

/** The next message: changes first, because clients wait for them. */
function nextRecords(copy: Copy): CopyMessage['records'] {
  const records: string[] = [];
  let length = 0;
  const isFull = () => records.length >= maxRecords || length >= maxText;
  const add = ({ text }: ReplicatedRegistration) => {
    records.push(text);
    length += text.length;
  };
  for (const [aor, told] of copy.changed) {
    if (isFull()) return records;
    copy.changed.delete(aor);
    add(told);
  }
  while (copy.all !== undefined && !isFull()) {
    const next = copy.all.next();
    if (next.done === true) copy.all = undefined;
    else add(new ReplicatedRegistration(...next.value));
  }
  return records;
}
