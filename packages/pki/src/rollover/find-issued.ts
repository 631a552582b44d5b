import type { Ledger, RecordedCertificate } from '../ledger/ledger.ts';

/** Those of whom an issuance knows that they have issued; `Issuance` fits. */
export interface KnownIssuers {
  /** The one that issues. */
  readonly issuer: { readonly id: string };
  /** All whose certificates may still be in use; absent where there is one alone. */
  readonly issuers?: readonly { readonly id: string }[] | undefined;
}

/**
 * Finds a certificate by its serial number, whichever of our issuing authorities has issued it: in a rollover a member has one of the
 * retiring authority when it asks for one of the next. A serial number has 159 random bits, so no two authorities have the same one.
 * @param ledger - of the authorities
 * @param known - the authorities
 * @param serialHex - lower-case hexadecimal
 */
export async function findIssued(
  ledger: Pick<Ledger, 'find'>,
  { issuer, issuers = [issuer] }: KnownIssuers,
  serialHex: string,
): Promise<RecordedCertificate | undefined> {
  for (const { id } of issuers) {
    const found = await ledger.find(id, serialHex);
    if (found !== undefined) return found;
  }
  return undefined;
}
