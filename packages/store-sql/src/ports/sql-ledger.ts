import {
  type CertificatePage,
  type CertificateQuery,
  demandRevocationReason,
  type Ledger,
  PkiFault,
  type Revocation,
  type RevokedCertificate,
} from '@entente/pki/ledger';
import type { ListWindow } from '../ledger/certificates.ts';
import type { OperationPort } from '../operations/operation-port.ts';
import { argumentProblem, text, wholeNumber } from '../option-problem.ts';

/** Most certificates of a page. */
const maxLimit = 1_000;
/** Revoked certificates that are read at once, so that a long list holds up neither thread. */
const revokedAtOnce = 2_000;

/**
 * The ledger over a database: each call is one operation, and what may be long is read in parts.
 * @param database - executes the operations
 * @param close - ends the database
 */
export function createSqlLedger(database: OperationPort, close: () => Promise<void>): Ledger {
  return {
    intend: (intent) => database.call('intend', { ...intent, preCertificate: own(intent.preCertificate) }),
    append: (entry) => database.call('append', { ...entry, certificate: own(entry.certificate) }),
    unfinished: (issuer) => database.call('unfinished', issuer),
    find: (issuer, serialHex) => database.call('find', issuer, serialHex),
    issuedTo: (subject, validAt) => database.call('issuedTo', subject, validAt),
    issuedFor: (keyHash) => database.call('issuedFor', keyHash),
    successors: (id) => database.call('successors', id),
    subjects: (profile, validAt) => database.call('subjects', profile, validAt),
    list: (query) => listPage(database, query),
    revoke: async (issuer, serialHex, revocation) =>
      database.call('revoke', issuer, serialHex, checked(revocation)),
    revokeForeign: async (foreign, revocation) =>
      database.call('revokeForeign', foreign, checked(revocation)),
    blockKey: async (keyHash, revocation) => database.call('blockKey', keyHash, checked(revocation)),
    blockedKey: (keyHash) => database.call('blockedKey', keyHash),
    release: (issuer, serialHex) => database.call('release', issuer, serialHex),
    revoked: (issuer, notAfterFrom) => allRevoked(database, issuer, notAfterFrom),
    nextCrlNumber: async (issuer, above = 0) => {
      const wrong =
        argumentProblem(issuer, text, 'issuer of nextCrlNumber') ??
        argumentProblem(above, wholeNumber(0), 'above of nextCrlNumber');
      if (wrong !== undefined) throw new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', wrong);
      return database.call('nextCrlNumber', issuer, above);
    },
    addToken: (token) => database.call('addToken', token),
    checkToken: (secretHash, keyHash, now) => database.call('checkToken', secretHash, keyHash, now),
    spendToken: (secretHash, server, keyHash, now) =>
      database.call('spendToken', secretHash, server, keyHash, now),
    [Symbol.asyncDispose]: close,
  };
}

/** A list could not be signed with a reason that is none. */
function checked(revocation: Revocation): Revocation {
  demandRevocationReason(revocation.reason, '"reason" of a revocation');
  return revocation;
}

/** A view of a larger buffer would take all of it along to the other thread. */
function own(octets: Uint8Array): Uint8Array {
  return octets.byteLength === octets.buffer.byteLength ? octets : Uint8Array.from(octets);
}

async function listPage(database: OperationPort, query: CertificateQuery): Promise<CertificatePage> {
  const { limit, after } = query;
  if (!Number.isInteger(limit) || limit < 1 || limit > maxLimit) {
    throw badQuery('limit', `an integer from 1 to ${maxLimit}`, limit);
  }
  let next: number | undefined = after === undefined ? 0 : Number(after);
  if (!Number.isSafeInteger(next) || next < 0 || (after !== undefined && `${next}` !== after)) {
    throw badQuery('after', 'the "next" of a page', after);
  }
  const found: ListWindow['found'][number][] = [];
  // One more than the page, which shows whether there is another.
  while (next !== undefined && found.length <= limit) {
    const window: ListWindow = await database.call('listWindow', query, next, limit + 1 - found.length);
    found.push(...window.found);
    next = window.next;
  }
  const certificates = found.slice(0, limit).map(({ certificate }) => certificate);
  return found.length > limit ? { certificates, next: `${found[limit - 1]?.number}` } : { certificates };
}

/** A certificate whose hold becomes final while the list is read stands twice: what is read later counts. */
async function allRevoked(
  database: OperationPort,
  issuer: string,
  notAfterFrom: number,
): Promise<readonly RevokedCertificate[]> {
  const list = new Map<string, RevokedCertificate>();
  for (let next: number | undefined = 0; next !== undefined; ) {
    const window: { readonly revoked: readonly RevokedCertificate[]; readonly next?: number } =
      await database.call('revokedWindow', issuer, notAfterFrom, next, revokedAtOnce);
    for (const revoked of window.revoked) {
      list.delete(revoked.serialHex);
      list.set(revoked.serialHex, revoked);
    }
    next = window.next;
  }
  return [...list.values()];
}

function badQuery(place: string, expected: string, found: unknown): PkiFault {
  return new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
    sentence: `expected ${expected}, found ${JSON.stringify(found)?.slice(0, 40)}`,
    place: `"${place}" of a query of the ledger`,
    remedy: 'correct the query',
  });
}
