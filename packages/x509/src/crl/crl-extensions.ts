import type { DerReader } from '../der/der-reader.ts';
import { TAG } from '../der/tags.ts';
import { hexText } from '../der/text.ts';
import { known } from '../extension/certificate-extensions.ts';
import type { ExtensionTable } from '../extension/extension-block.ts';
import {
  type ExtensionReader,
  readAccessDescriptions,
  readAltName,
  readAuthorityKeyId,
} from '../extension/extension-readers.ts';
import {
  readDistributionPoints,
  readIssuingDistributionPoint,
} from '../extension/read-distribution-point.ts';
import { readGeneralNames } from '../name/read-general-name.ts';
import type { CrlReason } from './certificate-list.ts';

/** Reads an INTEGER of 0 or more of any size. */
const readUnsigned: ExtensionReader<bigint> = (reader, build) => {
  reader.integer();
  const { bytes, start, stop } = reader;
  if (bytes[start]! & 0x80) reader.fail('expected a number of 0 or more, found a negative one', start);
  // RFC 5280 §5.2.3: up to 20 octets (and one for the sign).
  if (stop - start > (bytes[start] === 0 ? 21 : 20))
    reader.fail('expected a number of at most 20 octets, found more', start, 'limit-exceeded');
  return build ? BigInt(`0x${hexText(bytes, start, stop)}`) : undefined;
};

/** Extensions of CRLs. @see RFC 5280 §5.2 */
export const CRL_EXTENSIONS: ExtensionTable = new Map([
  known('authorityKeyIdentifier', readAuthorityKeyId),
  known('issuerAltName', readAltName),
  known('cRLNumber', readUnsigned),
  known('deltaCRLIndicator', readUnsigned),
  known('issuingDistributionPoint', readIssuingDistributionPoint),
  known('freshestCRL', readDistributionPoints),
  known('authorityInfoAccess', readAccessDescriptions),
]);

/** Reasons by their number; 7 was never assigned. @see RFC 5280 §5.3.1 */
export const CRL_REASONS: readonly (CrlReason | undefined)[] = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  undefined,
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
];

/** Reads a CRLReason. */
export function readReason(reader: DerReader, tag: number = TAG.ENUMERATED): CrlReason {
  reader.integer(tag);
  const { bytes, start, stop } = reader;
  const reason = stop - start === 1 ? CRL_REASONS[bytes[start]!] : undefined;
  return reason ?? reader.fail('expected a reason of RFC 5280 §5.3.1, found another number', start);
}

const readCertificateIssuer: ExtensionReader<unknown> = (reader, build) => {
  // A certificate's issuer is a distinguished name, so one must be among the names (RFC 5280 §5.3.3).
  const from = reader.pos;
  const names = readGeneralNames(reader, true, TAG.SEQUENCE)!;
  if (!names.some(({ type }) => type === 'directory')) {
    reader.fail('expected a directory name among the names of the certificate issuer, found none', from);
  }
  return build ? names : undefined;
};

/** Extensions of entries. @see RFC 5280 §5.3 */
export const ENTRY_EXTENSIONS: ExtensionTable = new Map([
  known('reasonCode', (reader, build) => {
    const reason = readReason(reader);
    return build ? reason : undefined;
  }),
  known('invalidityDate', (reader, build) => {
    const date = reader.generalizedTime();
    return build ? date : undefined;
  }),
  known('certificateIssuer', readCertificateIssuer),
]);
