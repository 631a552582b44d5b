import { list, number, object } from '@entente/options';
import { z } from 'zod';
import { domainName } from '../document/field-types.ts';
import { sha256Hex } from '../document/topology-hash.ts';
import { checks } from '../terms/fault.ts';

/** The format that this release reads and writes. */
export const trustStateFormat = 'entente-trust-state/1';

/** Most lists that a state names: the shards of all of the domain's authorities. */
export const maxNamedLists = 1_024;

/** Largest revocation list that members fetch, bytes: room for more than 1,000,000 entries. */
export const maxListBytes = 67_108_864;

/** How long a state may be accepted after it was signed, at least, milliseconds: longer than until the next one. */
export const trustStateLifetimeMs = 600_000;

/** A revocation list in force. */
export interface NamedList {
  /** Identifies the authority by its key: the first 16 hexadecimal digits of the SHA-256 of its SubjectPublicKeyInfo. */
  readonly issuer: string;
  /** Number of the distribution point, from 0. */
  readonly shard: number;
  /** CRL number (RFC 5280 §5.2.3). */
  readonly number: number;
  /** SHA-256 of the list, DER, lower-case hexadecimal. */
  readonly sha256: string;
  /** Length of the list, DER. */
  readonly bytes: number;
}

/** What the authority of a domain says is in force at one moment. */
export interface TrustState {
  /** Always `entente-trust-state/1`: a state of another format is not read. */
  readonly format: typeof trustStateFormat;
  /** The organisation's network, e.g. `contoso.example`. */
  readonly network: string;
  /** Higher in each state than in every state before it. */
  readonly sequence: number;
  /** The topology in force. */
  readonly topology: { readonly version: number; readonly hash: string };
  /** {@link anchorsHash} of the roots. */
  readonly anchors: string;
  /** Sorted by issuer, then by shard. */
  readonly lists: readonly NamedList[];
  /** ISO 8601 with milliseconds, UTC. */
  readonly signedAt: string;
  /** From this time on the state is not accepted; ISO 8601 with milliseconds, UTC. */
  readonly expires: string;
}

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const time = z.string().refine(isIsoTime);

const schema = z.strictObject({
  format: z.literal(trustStateFormat),
  network: domainName,
  sequence: count,
  topology: z.strictObject({ version: count, hash: sha256 }),
  anchors: sha256,
  lists: z
    .array(
      z.strictObject({
        issuer: z.string().regex(/^[0-9a-f]{16}$/),
        shard: z.number().int().min(0).max(65_535),
        number: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
        sha256,
        bytes: count,
      }),
    )
    .max(maxNamedLists)
    .refine((lists) => lists.every((list, at) => at === 0 || comesAfter(list, lists[at - 1] as NamedList))),
  signedAt: time,
  expires: time,
});

/**
 * Reads a decoded value as a trust state.
 * @param value - hostile
 * @returns undefined where it is anything else, or has a field that this release does not know
 */
export function asTrustState(value: unknown): TrustState | undefined {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

/** Orders the lists of a state. */
export function compareNamedLists(one: NamedList, other: NamedList): number {
  checks.argument(one, object, 'first argument of compareNamedLists');
  checks.argument(other, object, 'second argument of compareNamedLists');
  if (one.issuer !== other.issuer) return one.issuer < other.issuer ? -1 : 1;
  return one.shard - other.shard;
}

/**
 * The hash by which a state names the roots of its domain, in whatever order they are kept.
 * @param roots - certificates, DER
 * @returns SHA-256, lower-case hexadecimal
 */
export function anchorsHash(roots: readonly Uint8Array[]): string {
  checks.argument(roots, list, 'argument of anchorsHash', 'give the certificates, DER');
  for (const root of roots)
    checks.argument(root, object, 'root of anchorsHash', 'give the certificates, DER');
  const each = [...new Set(roots.map((der) => sha256Hex(der)))].sort();
  return sha256Hex(each.join('\n'));
}

/**
 * A time as trust states have it: ISO 8601 with milliseconds, UTC.
 * @param time - milliseconds since the epoch
 */
export function isoTime(time: number): string {
  checks.argument(time, number, 'argument of isoTime', 'give milliseconds since the epoch');
  return new Date(time).toISOString();
}

/** Whether a text is a time as {@link isoTime} writes it. */
export function isIsoTime(text: string): boolean {
  return text.length === 24 && !Number.isNaN(Date.parse(text)) && isoTime(Date.parse(text)) === text;
}

/** Each list once. */
function comesAfter(list: NamedList, before: NamedList): boolean {
  return compareNamedLists(before, list) < 0;
}
