import { type Binding, maxBindingText } from '../binding.ts';

/** A binding, or the trace of one that was removed. */
export interface RecordEntry {
  /** When it was written, milliseconds since 1970: of two entries with one key the later one counts. */
  readonly at: number;
  /** Absent where it was removed. */
  readonly binding?: Binding | undefined;
  /**
   * The servers by which it came here, as in `vouchedBy` of a binding, the one that wrote it first; absent where it was written here. Each
   * has proven itself to the next one, which cannot be said of what stands in the binding.
   */
  readonly through?: readonly string[] | undefined;
  /** A trace is forgotten when what it removed would have expired everywhere, milliseconds since 1970. */
  readonly until: number;
}

/**
 * What is known of the bindings of one address of record, by the key of each binding. Two records that were written apart can be merged in
 * any order, any number of times, with the same outcome.
 */
export type LocationRecord = ReadonlyMap<string, RecordEntry>;

/** Nothing is known. */
export const emptyRecord: LocationRecord = new Map();

/**
 * Entries of one record: far more than a registrar binds. Who registers and leaves again and again has the traces of the latest removals; an
 * older binding that a server comes back with leads to a connection that is no more.
 */
export const maxEntries = 64;

/** Characters in the keys of all traces of one record: a trace of each binding that a registrar accepts together has room. */
const maxTraceText = maxBindingText;

/** One flow of a device has one binding, whatever its Contact (RFC 5626 §6); otherwise each Contact has one. */
export function keyOf({ instance, regId, uri }: Binding): string {
  return instance !== undefined && regId !== undefined ? `${regId} ${instance}` : uri;
}

/** Bindings of a record that have not been removed, in no particular order. */
export function bindingsOf(record: LocationRecord): Binding[] {
  const bindings: Binding[] = [];
  for (const { binding } of record.values()) if (binding !== undefined) bindings.push(binding);
  return bindings;
}

/**
 * Writes down what a registrar has decided.
 * @param before - what the decision was made on
 * @param bindings - from now on; what is unchanged must be the same object
 * @param now - milliseconds since 1970; what is written counts as later than all of `before`, whatever the clocks of its writers say
 */
export function written(before: LocationRecord, bindings: readonly Binding[], now: number): LocationRecord {
  let at = now;
  for (const entry of before.values()) at = Math.max(at, entry.at + 1);
  const after = new Map<string, RecordEntry>();
  for (const [key, entry] of before) {
    if (entry.until <= now) continue;
    after.set(key, entry.binding === undefined ? entry : { at, until: entry.binding.expiresAt });
  }
  for (const binding of bindings) {
    const key = keyOf(binding);
    const known = before.get(key);
    after.set(
      key,
      known?.binding === binding
        ? known
        : { at, binding, through: broughtBy(known, binding), until: binding.expiresAt },
    );
  }
  return bounded(after);
}

/**
 * Without bindings that are known to lead nowhere any more. Each is removed as it stands here: a registration that others have accepted since,
 * and that has not been heard of here, counts as later, whatever the time is.
 * @param before - what was known
 * @param isMeant - whether a binding is to go
 * @returns the record itself where none is
 */
export function without(before: LocationRecord, isMeant: (binding: Binding) => boolean): LocationRecord {
  let after: Map<string, RecordEntry> | undefined;
  for (const [key, { at, binding }] of before) {
    if (binding === undefined || !isMeant(binding)) continue;
    after ??= new Map(before);
    after.set(key, { at, until: binding.expiresAt });
  }
  return after ?? before;
}

/** What a registrar has changed in a binding that came from elsewhere, such as when GRUUs are void, makes it no registration of its own. */
function broughtBy(known: RecordEntry | undefined, binding: Binding): RecordEntry['through'] {
  const { callId, cseq, updatedAt } = known?.binding ?? {};
  const isSame = callId === binding.callId && cseq === binding.cseq && updatedAt === binding.updatedAt;
  return isSame ? known?.through : undefined;
}

/** Whether a server is believed about bindings; it is written as `vouchedBy` of a binding has it. */
export type IsBelieved = (voucher: string) => boolean;

/**
 * Whether those who vouch for a binding are believed.
 * @param binding - of a record
 * @param isBelieved - whether a server is that keeps bindings
 * @param isAsker - whether a server is that has sent a REGISTER on
 */
export function isVouchedFor(
  { askedBy, vouchedBy }: Pick<Binding, 'askedBy' | 'vouchedBy'>,
  isBelieved: IsBelieved,
  isAsker: IsBelieved,
): boolean {
  return (vouchedBy === undefined || isBelieved(vouchedBy)) && (askedBy?.every(isAsker) ?? true);
}

/**
 * A record without the bindings that a server has vouched for who is not believed. Traces stay: they lead nowhere, and what they have removed
 * does not come back.
 * @param record - of an address
 * @param isBelieved - whether a server is that keeps bindings or passes them on, as `through` has it
 * @param isAsker - whether a server is that has sent a REGISTER on; default `isBelieved`
 * @returns the record itself where each is believed
 */
export function believed(
  record: LocationRecord,
  isBelieved: IsBelieved,
  isAsker: IsBelieved = isBelieved,
): LocationRecord {
  const isKept = ({ binding, through }: RecordEntry) =>
    binding === undefined ||
    ((through?.every(isBelieved) ?? true) && isVouchedFor(binding, isBelieved, isAsker));
  for (const entry of record.values())
    if (!isKept(entry)) return new Map([...record].filter(([, one]) => isKept(one)));
  return record;
}

/**
 * Both records in one.
 * @param known - here
 * @param other - from elsewhere
 * @returns `known` itself where the other one has nothing new
 */
export function merged(known: LocationRecord, other: LocationRecord): LocationRecord {
  let both: Map<string, RecordEntry> | undefined;
  for (const [key, entry] of other) {
    const here = known.get(key);
    if (here !== undefined && !isLater(entry, here) && !isNearer(entry, here)) continue;
    both ??= new Map(known);
    both.set(key, entry);
  }
  return both === undefined ? known : bounded(both, known);
}

/** What counts most of it: bindings before traces, then the latest. The same wherever the same entries meet. */
function bounded(record: LocationRecord, known: LocationRecord = emptyRecord): LocationRecord {
  if (record.size <= maxEntries && traceText(record) <= maxTraceText) return record;
  const worth = ([key, { at, binding }]: readonly [string, RecordEntry]) =>
    [binding === undefined ? 0 : 1, at, key] as const;
  const kept = [...record].sort((one, other) => {
    const [a, b] = [worth(one), worth(other)];
    return b[0] - a[0] || b[1] - a[1] || (a[2] < b[2] ? -1 : 1);
  });
  const left = new Map<string, RecordEntry>();
  let characters = 0;
  for (const [key, entry] of kept) {
    characters += traceLength(key, entry);
    if (left.size >= maxEntries || characters > maxTraceText) break;
    left.set(key, entry);
  }
  const isNew = left.size !== known.size || [...left].some(([key, entry]) => known.get(key) !== entry);
  return isNew ? left : known;
}

function traceText(record: LocationRecord): number {
  let characters = 0;
  for (const [key, entry] of record) characters += traceLength(key, entry);
  return characters;
}

/** Characters of a trace; what a binding may have, a registrar has decided. */
function traceLength(key: string, { binding }: RecordEntry): number {
  return binding === undefined ? key.length : 0;
}

/**
 * What is new in a record. What it has lost need not be said: a binding that was removed leaves a trace, and what there was no room for has none elsewhere.
 * @param before - the record, before a change of it
 * @param after - and after it
 */
export function changesOf(before: LocationRecord, after: LocationRecord): LocationRecord {
  const changes = new Map<string, RecordEntry>();
  for (const [key, entry] of after) if (before.get(key) !== entry) changes.set(key, entry);
  return changes;
}

/**
 * Leaves out what is over.
 * @param now - milliseconds since 1970
 * @returns the record itself where nothing is
 */
export function unexpired(record: LocationRecord, now: number): LocationRecord {
  for (const { until } of record.values())
    if (until <= now) return new Map([...record].filter(([, entry]) => entry.until > now));
  return record;
}

/** Written at the same time, one of the two must count everywhere: a removal before a binding, then by what stands in it. */
function isLater(entry: RecordEntry, known: RecordEntry): boolean {
  if (entry.at !== known.at) return entry.at > known.at;
  if (entry.binding === undefined || known.binding === undefined)
    return entry.binding === undefined && known.binding !== undefined;
  return entry.binding !== known.binding && textOf(entry) > textOf(known);
}

/** The same entry, which has come through fewer of the same servers: fewer have to be believed. */
function isNearer(entry: RecordEntry, known: RecordEntry): boolean {
  const { through } = known;
  if (through === undefined || entry.at !== known.at || textOf(entry) !== textOf(known)) return false;
  const own = entry.through ?? [];
  return own.length < through.length && own.every((voucher) => through.includes(voucher));
}

function textOf({ at, binding, until }: RecordEntry): string {
  return JSON.stringify([at, until, binding]);
}
