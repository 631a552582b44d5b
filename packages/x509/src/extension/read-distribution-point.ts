import type { DerReader } from '../der/der-reader.ts';
import { TAG } from '../der/tags.ts';
import type { GeneralName } from '../name/general-name.ts';
import { readGeneralNames } from '../name/read-general-name.ts';
import { checkRdn } from '../name/read-name.ts';
import type { ExtensionReader } from './extension-readers.ts';
import type {
  DistributionPoint,
  DistributionPointName,
  IssuingDistributionPoint,
  ReasonFlags,
} from './extension-values.ts';

/** cRLDistributionPoints and freshestCRL. @see RFC 5280 §4.2.1.13, §4.2.1.15 */
export const readDistributionPoints: ExtensionReader<readonly DistributionPoint[]> = (reader, build) => {
  const outer = reader.open(TAG.SEQUENCE);
  const points: DistributionPoint[] = [];
  let count = 0;
  do {
    reader.count(++count);
    const point = readDistributionPoint(reader, build);
    if (point !== undefined) points.push(point);
  } while (reader.more());
  reader.close(outer);
  return build ? points : undefined;
};

function readDistributionPoint(reader: DerReader, build: boolean): DistributionPoint | undefined {
  const from = reader.pos;
  const outer = reader.open(TAG.SEQUENCE);
  let name: DistributionPointName | undefined;
  let reasons: ReasonFlags | undefined;
  let crlIssuer: readonly GeneralName[] | undefined;
  let located = false;
  if (reader.peek() === 0xa0) {
    name = readPointName(reader, build);
    located = true;
  }
  if (reader.peek() === 0x81) reasons = readReasons(reader, 0x81);
  if (reader.peek() === 0xa2) {
    crlIssuer = readGeneralNames(reader, build, 0xa2);
    located = true;
  }
  reader.close(outer);
  if (!located) reader.fail('expected a distribution point with a name or a CRL issuer, found neither', from);
  return build ? { name, reasons, crlIssuer } : undefined;
}

function readPointName(reader: DerReader, build: boolean): DistributionPointName | undefined {
  const outer = reader.open(0xa0);
  let name: DistributionPointName | undefined;
  if (reader.peek() === 0xa1) {
    const from = reader.pos;
    checkRdn(reader, 0xa1);
    if (build) {
      // The implicit tag replaces the SET's own; the value has the SET's tag again.
      const rdn = Uint8Array.from(reader.view(from, reader.pos));
      rdn[0] = TAG.SET;
      name = { type: 'relative', rdn };
    }
  } else {
    const names = readGeneralNames(reader, build, 0xa0);
    if (names !== undefined) name = { type: 'full', names };
  }
  reader.close(outer);
  return name;
}

function readReasons(reader: DerReader, tag: number): ReasonFlags {
  const bits = reader.namedBits(9, tag);
  return {
    unused: (bits & 1) !== 0,
    keyCompromise: (bits & 2) !== 0,
    cACompromise: (bits & 4) !== 0,
    affiliationChanged: (bits & 8) !== 0,
    superseded: (bits & 16) !== 0,
    cessationOfOperation: (bits & 32) !== 0,
    certificateHold: (bits & 64) !== 0,
    privilegeWithdrawn: (bits & 128) !== 0,
    aACompromise: (bits & 256) !== 0,
  };
}

/** issuingDistributionPoint of a CRL. @see RFC 5280 §5.2.5 */
export const readIssuingDistributionPoint: ExtensionReader<IssuingDistributionPoint> = (reader, build) => {
  const outer = reader.open(TAG.SEQUENCE);
  if (!reader.more()) reader.fail('expected an issuing distribution point with a field, found an empty one');
  const name = reader.peek() === 0xa0 ? readPointName(reader, build) : undefined;
  const onlyContainsUserCerts = reader.optionalTrue(0x81);
  const onlyContainsCACerts = reader.optionalTrue(0x82);
  const onlySomeReasons = reader.peek() === 0x83 ? readReasons(reader, 0x83) : undefined;
  const indirectCRL = reader.optionalTrue(0x84);
  const onlyContainsAttributeCerts = reader.optionalTrue(0x85);
  reader.close(outer);
  if (Number(onlyContainsUserCerts) + Number(onlyContainsCACerts) + Number(onlyContainsAttributeCerts) > 1) {
    reader.fail('expected at most one kind of certificate that the CRL is limited to, found more');
  }
  if (!build) return undefined;
  return {
    name,
    onlyContainsUserCerts,
    onlyContainsCACerts,
    onlySomeReasons,
    indirectCRL,
    onlyContainsAttributeCerts,
  };
};
