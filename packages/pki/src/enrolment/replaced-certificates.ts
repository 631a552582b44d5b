import type { CertificateId, Ledger, RecordedCertificate } from '../ledger/ledger.ts';

/**
 * The valid certificates of a server that a token with `replace` takes away: those that it had before the first certificate of the token,
 * and what was renewed from those since. What it has got by the new one stays, and so does what a later token gave it: the token may
 * be shown again.
 * @param ledger - of the authority
 * @param server - FQDN
 * @param firstSerialHex - of the certificate that the token gave
 * @param now - milliseconds since 1970
 * @returns none where the ledger has no such certificate that is valid
 */
export async function replacedBy(
  ledger: Pick<Ledger, 'issuedTo'>,
  server: string,
  firstSerialHex: string,
  now: number,
): Promise<readonly RecordedCertificate[]> {
  const issued = (await ledger.issuedTo(server, now)).filter(({ profile }) => profile === 'server');
  // Oldest first. Times do not order what was issued within a millisecond.
  const first = issued.findIndex(({ serialHex }) => serialHex === firstSerialHex);
  if (first === -1) return [];
  const replaced = new Map<string, RecordedCertificate>();
  for (const [index, one] of issued.entries()) {
    const { predecessor } = one;
    const isRenewed = predecessor !== undefined && isOf(replaced.get(predecessor.serialHex), predecessor);
    if (index < first || (index > first && isRenewed)) replaced.set(one.serialHex, one);
  }
  return [...replaced.values()].filter(({ revocation }) => revocation === undefined);
}

function isOf(certificate: RecordedCertificate | undefined, { issuer }: CertificateId): boolean {
  return certificate?.issuer === issuer;
}
