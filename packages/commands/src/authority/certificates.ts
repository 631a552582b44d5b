import { OperatorFault } from '@entente/host';
import type { AuthorityConnection, Refusal } from './connect-authority.ts';

/** A certificate as the authority lists it. Times are milliseconds since 1970. */
export interface ListedCertificate {
  /** Lower-case hexadecimal. */
  readonly serial: string;
  readonly profile: string;
  readonly subject: string;
  readonly commonName: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly issuedAt: number;
  readonly requester: string;
  readonly revocation?: { readonly at: number; readonly reason: string };
  /** Whether its issuing authority is revoked: it counts no more, though it is on no list itself. */
  readonly issuerRevoked?: boolean;
}

/** All that is recorded of one certificate. */
export interface ShownCertificate extends ListedCertificate {
  readonly dnsNames: readonly string[];
  readonly uris: readonly string[];
  readonly keyHash: string;
  /** Serial number of the certificate that it renewed. */
  readonly predecessor?: string;
  /** PEM. */
  readonly certificate: string;
}

/** Which certificates are asked for. */
export interface CertificateFilter {
  readonly subject?: string;
  readonly profile?: string;
  /** Whether expired ones are listed too; revoked ones always are. */
  readonly expired?: boolean;
}

/** An answer, or why the authority refused. */
export type Found<T> =
  | { readonly ok: true; readonly found: T }
  | { readonly ok: false; readonly refusal: Refusal };

/** Most rows in one answer. */
const pageLength = 1_000;
/** An authority whose lists never end is not asked for ever. */
const maxPages = 1_000;

/**
 * Lists certificates, in the order in which they were issued.
 * @param connection - to the authority
 * @throws OperatorFault `ENTENTE_AUTHORITY_ANSWER` where the answer is not a list; faults of the connection
 */
export async function listCertificates(
  connection: AuthorityConnection,
  { subject, profile, expired }: CertificateFilter,
): Promise<Found<readonly ListedCertificate[]>> {
  const rows: ListedCertificate[] = [];
  let after: string | undefined;
  for (let page = 0; page < maxPages; page++) {
    const query = new URLSearchParams({
      limit: String(pageLength),
      ...(subject === undefined ? {} : { subject }),
      ...(profile === undefined ? {} : { profile }),
      ...(expired === true ? { expired: 'true' } : {}),
      ...(after === undefined ? {} : { after }),
    });
    const path = `/certificates?${query}`;
    const outcome = await connection.get(path);
    if (!outcome.ok) return outcome;
    const { certificates, next } = objectOf(outcome.text, path);
    if (!Array.isArray(certificates) || !certificates.every(isListed)) throw unusable(path);
    rows.push(...certificates);
    if (typeof next !== 'string') break;
    after = next;
  }
  return { ok: true, found: rows };
}

/**
 * Reads all that is recorded of one certificate.
 * @param serial - lower-case hexadecimal
 * @throws as {@link listCertificates}
 */
export async function showCertificate(
  connection: AuthorityConnection,
  serial: string,
): Promise<Found<ShownCertificate>> {
  const path = `/certificates/${serial}`;
  const outcome = await connection.get(path);
  if (!outcome.ok) return outcome;
  const found = objectOf(outcome.text, path);
  if (!isListed(found) || typeof (found as Partial<ShownCertificate>).certificate !== 'string') {
    throw unusable(path);
  }
  return { ok: true, found: found as unknown as ShownCertificate };
}

/** What a certificate is worth now. */
export type CertificateState =
  | 'valid'
  | 'not yet valid'
  | 'expired'
  | 'revoked'
  | 'on hold'
  | 'issuer revoked';

/**
 * What a certificate is worth.
 * @param now - milliseconds since 1970
 */
export function stateOf(
  { issuerRevoked, notAfter, notBefore, revocation }: ListedCertificate,
  now: number,
): CertificateState {
  if (revocation !== undefined) return revocation.reason === 'certificateHold' ? 'on hold' : 'revoked';
  if (notAfter <= now) return 'expired';
  if (issuerRevoked === true) return 'issuer revoked';
  return notBefore > now ? 'not yet valid' : 'valid';
}

/** Whether a certificate is valid, or will be by itself. */
export function isAlive(state: CertificateState): boolean {
  return state === 'valid' || state === 'not yet valid';
}

/** A time for people, in UTC, to the second. */
export function timeText(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

/**
 * A serial number as people paste it: with or without colons and spaces, in any case, with or without the zeros at its front. OpenSSL leaves out
 * an octet of zeros that one in 256 has.
 * @param place - for the fault
 * @returns the content octets of the INTEGER in DER, as the ledger has them, lower-case hexadecimal
 * @throws OperatorFault `ENTENTE_USAGE` where it is none
 */
export function readSerial(text: string, place: string): string {
  const digits = text.replaceAll(/[:\s]/g, '').toLowerCase();
  if (/^[0-9a-f]{1,40}$/.test(digits)) return inDer(digits);
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: `expected a serial number, up to 40 hexadecimal digits, found ${text.slice(0, 80)}`,
    place,
    remedy: 'entente cert list --as ca/administrators/<you>.yaml lists them',
  });
}

/** Without zeros that are not needed, and with those that keep a number from being negative (X.690 §8.3.2). */
function inDer(digits: string): string {
  const short = digits.replace(/^0+(?=.)/, '');
  const even = short.length % 2 === 0 ? short : `0${short}`;
  const isNegative = even >= '80';
  return isNegative ? `00${even}` : even;
}

function objectOf(text: string, path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Falls through: this is not an answer of an authority.
  }
  throw unusable(path);
}

function isListed(value: unknown): value is ListedCertificate {
  const row = value as Partial<ListedCertificate> | null;
  const texts = [row?.serial, row?.profile, row?.subject, row?.commonName, row?.requester];
  const times = [row?.notBefore, row?.notAfter, row?.issuedAt];
  return texts.every((text) => typeof text === 'string') && times.every((time) => Number.isSafeInteger(time));
}

function unusable(path: string): OperatorFault {
  return new OperatorFault('ENTENTE_AUTHORITY_ANSWER', {
    sentence: 'the authority answered with something else than certificates',
    place: path,
    remedy: 'check that this is the URL of the authority, and that it runs the same release',
  });
}
