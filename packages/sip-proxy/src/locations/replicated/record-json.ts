import { type Binding, bindingLimits } from '../binding.ts';
import { keyOf, type LocationRecord, maxEntries, type RecordEntry } from './location-record.ts';

/** Bounds of what is read: all that a registrar accepts, far below what would fill a memory. */
const limits = {
  ...bindingLimits,
  entries: maxEntries,
  /** Servers of one pool, each perhaps with two certificates. */
  through: 16,
  key: 2_400,
  name: 253,
  /** A name, and a serial number of 20 octets (RFC 5280 §4.1.2.2) or somewhat more. */
  voucher: 320,
  account: 80,
  /** Milliseconds from now: a registrar grants an hour, and no clock is off by more than that. What a server that was taken over has said ends then. */
  ahead: 7_200_000,
} as const;

/** A record as JSON values. */
export type RecordJson = readonly (readonly [
  key: string,
  at: number,
  until: number,
  binding: Binding | null,
  through?: readonly string[],
])[];

/** Writes a record as JSON values. */
export function recordToJson(record: LocationRecord): RecordJson {
  return [...record].map(([key, { at, binding, through, until }]) =>
    through === undefined ? [key, at, until, binding ?? null] : [key, at, until, binding ?? null, through],
  );
}

/**
 * Reads a record that was in a file, or that another server has sent.
 * @param value - from JSON
 * @param aor - whose record it is: each binding must say the same
 * @param now - milliseconds since 1970; what claims to be from much later is not believed, for nothing could replace it
 * @param by - the server that has sent it, as in `vouchedBy` of a binding: each entry has come through it
 * @returns undefined where it cannot be read as a record
 */
export function recordFromJson(
  value: unknown,
  aor: string,
  now: number,
  by?: string,
): LocationRecord | undefined {
  if (!Array.isArray(value) || value.length > limits.entries) return undefined;
  const record = new Map<string, RecordEntry>();
  for (const item of value) {
    if (!Array.isArray(item)) return undefined;
    const [key, at, until, given, before] = item as unknown[];
    if (!isText(key, limits.key) || !isTime(at, now) || !isTime(until, now)) return undefined;
    const through = throughOf(before, by);
    if (through === undefined) return undefined;
    const binding = given === null ? undefined : readBinding(given, aor, now);
    // Under another key it would become a binding of this server with the next change of the address.
    if (given !== null && (binding === undefined || key !== keyOf(binding))) return undefined;
    record.set(key, { at, binding, through: through.length === 0 ? undefined : through, until });
  }
  return record;
}

/** @returns undefined where it cannot be read */
function throughOf(before: unknown, by: string | undefined): readonly string[] | undefined {
  if (before !== undefined && !Array.isArray(before)) return undefined;
  const through = (before ?? []) as readonly unknown[];
  if (!through.every(isVoucher)) return undefined;
  const all = by === undefined || through.includes(by) ? through : [...through, by];
  return all.length > limits.through ? undefined : shared(all as readonly string[]);
}

/** The same few lists come with each of many entries. */
const lists = new Map<string, readonly string[]>();
const maxLists = 1_024;

function shared(list: readonly string[]): readonly string[] {
  // Written so that two lists never look alike.
  const key = JSON.stringify(list);
  const known = lists.get(key);
  if (known !== undefined) return known;
  if (lists.size >= maxLists) lists.clear();
  lists.set(key, list);
  return list;
}

/**
 * Reads a binding that was in a file or a store, or that another server has sent.
 * @param value - from JSON
 * @param aor - whose it is
 * @param now - milliseconds since 1970
 * @returns undefined where it is none
 */
export function readBinding(value: unknown, aor: string, now: number): Binding | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { account, callId, cseq, expiresAt, flow, gruusSince, instance, path, q, regId, server } =
    value as Record<keyof Binding, unknown>;
  const { askedBy, updatedAt, uri, vouchedBy } = value as Record<keyof Binding, unknown>;
  if ((value as Binding).aor !== aor || !isText(uri, limits.uri) || !isText(callId, limits.callId))
    return undefined;
  if (!isNumber(q, 1) || !isNumber(cseq, 0xffff_ffff)) return undefined;
  if (!isTime(expiresAt, now) || !isTime(updatedAt, now)) return undefined;
  const isPath = Array.isArray(path) && path.length <= limits.path;
  if (!isPath || !path.every((entry) => isText(entry, limits.pathEntry))) return undefined;
  const optional: Partial<Binding> = {};
  for (const [name, given, fits] of [
    ['flow', flow, isText(flow, limits.name)],
    ['server', server, isText(server, limits.name)],
    ['vouchedBy', vouchedBy, isVoucher(vouchedBy)],
    ['askedBy', askedBy, isVouchers(askedBy)],
    ['account', account, isText(account, limits.account)],
    ['instance', instance, isText(instance, limits.instance)],
    ['regId', regId, isNumber(regId, 0x7fff_ffff)],
    ['gruusSince', gruusSince, isTime(gruusSince, now)],
  ] as const) {
    if (given === undefined) continue;
    if (!fits) return undefined;
    // One of a few, in each of a million bindings.
    if (name === 'askedBy') Object.assign(optional, { askedBy: shared(given as readonly string[]) });
    else Object.assign(optional, { [name]: name === 'vouchedBy' ? shared([given as string])[0] : given });
  }
  return { aor, uri, q, expiresAt, callId, cseq, path, updatedAt, ...optional };
}

function isText(value: unknown, max: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= max;
}

/** A name, and after a space the serial number of a certificate where it is known. */
function isVoucher(value: unknown): value is string {
  return isText(value, limits.voucher) && /^[\w.-]+( [0-9a-f]+)?$/.test(value);
}

function isVouchers(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.length <= limits.through && value.every(isVoucher);
}

function isNumber(value: unknown, max: number): value is number {
  return typeof value === 'number' && value >= 0 && value <= max;
}

function isTime(value: unknown, now: number): value is number {
  return isNumber(value, now + limits.ahead);
}
