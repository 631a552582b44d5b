import { OperatorFault } from '@entente/host';

/** How the command line names whose backup is restored. */
export interface SignerOptions {
  readonly signer?: string;
  readonly unverified?: boolean;
}

/**
 * The hash of the key that must have signed a backup.
 * @param options - as they were typed: of any case, with colons or without
 * @returns lower-case hexadecimal; undefined where none was named
 * @throws OperatorFault `ENTENTE_USAGE`
 */
export function namedSigner({ signer, unverified }: SignerOptions): string | undefined {
  if (signer === undefined) return undefined;
  const hash = signer.replaceAll(':', '').toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hash)) {
    throw new OperatorFault('ENTENTE_USAGE', {
      sentence: `expected the SHA-256 of a key, 64 hexadecimal digits, found ${JSON.stringify(signer.slice(0, 80))}`,
      place: 'option --signer',
      remedy: 'give the hash that entente ca backup printed when the backup was taken',
    });
  }
  if (unverified !== true) return hash;
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: 'expected --signer or --unverified, found both',
    place: 'option --unverified',
    remedy: 'leave --unverified out: with the hash of the key the backup is verified',
  });
}

/**
 * What a restore says about whose backup it was.
 * @param found - the key that has signed it, and whether it was expected
 */
export function signerLine(found: { readonly signer?: string; readonly verified: boolean }): string {
  if (found.verified) return `signed by ${found.signer}, the key of this authority`;
  return found.signer === undefined
    ? 'not verified: it has no signature'
    : `not verified: it is signed by ${found.signer}, and it was not known whose key that is`;
}
