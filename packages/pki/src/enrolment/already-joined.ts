import { type PkiRefusal, refuse } from '../ground/refusal.ts';
import type { Ledger, RecordedCertificate } from '../ledger/ledger.ts';

/**
 * The certificates of a server that are neither expired nor revoked.
 * @param now - milliseconds since 1970
 */
export async function validCertificates(
  ledger: Ledger,
  server: string,
  now: number,
): Promise<readonly RecordedCertificate[]> {
  const issued = await ledger.issuedTo(server, now);
  return issued.filter(({ profile, revocation }) => profile === 'server' && revocation === undefined);
}

/**
 * Refuses a join token for a server that holds a valid certificate: with it, two could act as the server and nobody would notice.
 * @param ledger - of the authority
 * @param server - FQDN
 * @param now - milliseconds since 1970
 * @returns `already-joined`, or `undefined` where the server holds none
 */
export async function refuseAlreadyJoined(
  ledger: Ledger,
  server: string,
  now: number,
): Promise<PkiRefusal | undefined> {
  const valid = await validCertificates(ledger, server, now);
  const newest = valid[valid.length - 1];
  if (newest === undefined) return undefined;
  return refuse(
    'already-joined',
    `the server ${server} has joined: its certificate ${newest.serialHex} is valid until ${new Date(newest.notAfter).toISOString()}`,
    'if it must join again, order a token that replaces its certificates: entente join-token with --replace',
  );
}
