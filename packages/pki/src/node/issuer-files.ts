import { authorityFiles } from './authority-files.ts';

/** The files of one issuing authority, in the folder of the authority. */
export interface IssuerFiles {
  /** Its certificate, PEM. */
  readonly certificate: string;
  /** Its private key, PKCS#8 PEM; destroyed some time after it has retired. */
  readonly key: string;
  /** The certificate for outsiders. */
  readonly outside: string;
}

/** Files of the rollover, in the folder of the authority. */
export const rolloverFiles = {
  /** The record of all issuing authorities; absent before the first rollover. */
  issuers: 'issuers.json',
} as const;

/**
 * The files of an issuing authority. Those of the first one have the names that the ceremony gives them.
 * @param number - from 1
 */
export function issuerFiles(number: number): IssuerFiles {
  if (number === 1) {
    return {
      certificate: authorityFiles.issuingCertificate,
      key: authorityFiles.issuingKey,
      outside: authorityFiles.outsideCertificate,
    };
  }
  const base = `issuing/${number}`;
  return { certificate: `${base}.crt`, key: `${base}.key`, outside: `${base}_outside.crt` };
}
