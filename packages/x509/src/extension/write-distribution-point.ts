import type { DerWriter } from '../der/der-writer.ts';
import { checks, EncodeError } from '../der/encode-error.ts';
import { flag, listOf } from '../der/given.ts';
import { oids } from '../der/oids.ts';
import { TAG } from '../der/tags.ts';
import { writeGeneralNames } from '../name/write-general-name.ts';
import {
  type DistributionPoint,
  type DistributionPointName,
  type Extension,
  type IssuingDistributionPoint,
  type ReasonFlags,
  reasonFlagNames,
} from './extension-values.ts';
import { extension, flagBits } from './write-extensions.ts';

/** cRLDistributionPoints. @see RFC 5280 §4.2.1.13 */
export function crlDistributionPointsExtension(
  points: readonly DistributionPoint[],
  critical = false,
): Extension {
  return extension(oids.cRLDistributionPoints, critical, (writer) => writePoints(writer, points));
}

/** freshestCRL: where the delta CRLs are. @see RFC 5280 §4.2.1.15 */
export function freshestCrlExtension(points: readonly DistributionPoint[], critical = false): Extension {
  return extension(oids.freshestCRL, critical, (writer) => writePoints(writer, points));
}

function writePoints(writer: DerWriter, points: readonly DistributionPoint[]): void {
  if (listOf(points, 'CRLDistributionPoints').length === 0)
    throw new EncodeError(
      'expected one distribution point or more, found none',
      'CRLDistributionPoints',
      'give one, or leave the extension out',
    );
  writer.constructed(TAG.SEQUENCE, () => {
    for (const one of points) {
      checks.names(one, ['name', 'reasons', 'crlIssuer'], 'DistributionPoint');
      const { name, reasons, crlIssuer } = one;
      if (name === undefined && crlIssuer === undefined) {
        throw new EncodeError(
          'expected a name or a CRL issuer, found neither',
          'DistributionPoint',
          'give the URI of the CRL, or the name of its issuer',
        );
      }
      const point = writer.begin(TAG.SEQUENCE);
      if (name !== undefined) writePointName(writer, name);
      if (reasons !== undefined) writeReasons(writer, reasons, 0x81);
      if (crlIssuer !== undefined) writeGeneralNames(writer, crlIssuer, 0xa2);
      writer.end(point);
    }
  });
}

function writePointName(writer: DerWriter, name: DistributionPointName): void {
  checks.names(name, ['type', 'names', 'rdn'], 'DistributionPointName');
  const explicit = writer.begin(0xa0);
  if (name.type === 'full') writeGeneralNames(writer, name.names, 0xa0);
  else if (name.type !== 'relative')
    throw checks.unlike(name, "an object of the type 'full' or 'relative'", 'DistributionPointName');
  else {
    const rdn = Uint8Array.from(name.rdn);
    rdn[0] = 0xa1;
    writer.raw(rdn);
  }
  writer.end(explicit);
}

function writeReasons(writer: DerWriter, reasons: Partial<ReasonFlags>, tag: number): void {
  writer.namedBits(flagBits(reasons, reasonFlagNames, 'ReasonFlags'), tag);
}

const pointFields = [
  'name',
  'onlyContainsUserCerts',
  'onlyContainsCACerts',
  'onlySomeReasons',
  'indirectCRL',
  'onlyContainsAttributeCerts',
] as const satisfies readonly (keyof IssuingDistributionPoint)[];

/** issuingDistributionPoint of a CRL; critical, as RFC 5280 §5.2.5 requires. */
export function issuingDistributionPointExtension(
  value: Partial<IssuingDistributionPoint>,
  critical = true,
): Extension {
  checks.names(value, pointFields, 'issuingDistributionPoint');
  const { name, onlySomeReasons } = value;
  const built = extension(oids.issuingDistributionPoint, critical, (writer) => {
    writer.constructed(TAG.SEQUENCE, () => {
      if (name !== undefined) writePointName(writer, name);
      if (flag(value.onlyContainsUserCerts, 'onlyContainsUserCerts')) writer.boolean(true, 0x81);
      if (flag(value.onlyContainsCACerts, 'onlyContainsCACerts')) writer.boolean(true, 0x82);
      if (onlySomeReasons !== undefined) writeReasons(writer, onlySomeReasons, 0x83);
      if (flag(value.indirectCRL, 'indirectCRL')) writer.boolean(true, 0x84);
      if (flag(value.onlyContainsAttributeCerts, 'onlyContainsAttributeCerts')) writer.boolean(true, 0x85);
    });
  });
  if (built.value.length === 2) {
    throw new EncodeError(
      'expected a field that differs from its default, found none',
      'issuingDistributionPoint',
      'set a field, or leave the extension out (RFC 5280 §5.2.5)',
    );
  }
  return built;
}
