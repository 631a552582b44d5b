import { type CertificateList, decodeCrl } from '@entente/x509';
import { day, extension, type Made, namedBits, now, signatureOf } from './certificates.ts';
import { bits, dn, integer, oid, sequence, time, tlv } from './der.ts';
import { generalName, type NameInput } from './general-names.ts';

export interface RevokedInput {
  readonly certificate: Made;
  readonly at?: number;
  /** CRLReason by number. */
  readonly reason?: number;
  /** Name of the certificate's issuer, for indirect CRLs. */
  readonly issuer?: Made;
  readonly extensions?: readonly Buffer[];
  /** Writes a list of extensions although there is none. */
  readonly emptyList?: boolean;
}

export interface CrlInput {
  readonly issuer: Made;
  readonly revoked?: readonly RevokedInput[];
  readonly thisUpdate?: number;
  /** `false` leaves it out. */
  readonly nextUpdate?: number | false;
  readonly number?: number;
  /** Makes a delta over this base. */
  readonly base?: number;
  readonly scope?: {
    readonly names?: readonly NameInput[];
    /** Common name that stands alone in nameRelativeToCRLIssuer, instead of names. */
    readonly relative?: string;
    readonly users?: boolean;
    readonly cas?: boolean;
    readonly attributes?: boolean;
    readonly reasons?: readonly number[];
    readonly indirect?: boolean;
  };
  readonly extensions?: readonly Buffer[];
  /** Extensions that otherwise come by themselves, by object identifier: another one instead, or `false` for none. */
  readonly instead?: Readonly<Record<string, Buffer | false>>;
  /** Writes both times, or the second alone, as GeneralizedTime, whatever the year. */
  readonly generalizedTimes?: boolean | 'nextUpdate';
  readonly spoilSignature?: boolean;
}

/** Makes a CRL as told. */
export function makeCrl(input: CrlInput): CertificateList {
  const { issuer } = input;
  const algorithm = signatureOf(issuer.key, 'sha256');
  const extensions = [
    extension('2.5.29.35', false, sequence(tlv(0x80, issuer.keyId))),
    extension('2.5.29.20', false, integer(input.number ?? 1)),
    ...(input.base === undefined ? [] : [extension('2.5.29.27', true, integer(input.base))]),
    ...(input.scope === undefined ? [] : [extension('2.5.29.28', true, scopeOf(input.scope))]),
    ...(input.extensions ?? []),
  ].flatMap((one) => {
    const found = Object.entries(input.instead ?? {}).find(([id]) => one.includes(oid(id)));
    return found === undefined ? [one] : found[1] === false ? [] : [found[1]];
  });
  const entries = (input.revoked ?? []).map(entryOf);
  const tbs = sequence(
    integer(1),
    algorithm.identifier,
    dn(issuer.subject),
    time(input.thisUpdate ?? now - day, input.generalizedTimes === true),
    ...(input.nextUpdate === false
      ? []
      : [time(input.nextUpdate ?? now + day, input.generalizedTimes !== undefined)]),
    ...(entries.length > 0 ? [sequence(...entries)] : []),
    tlv(0xa0, sequence(...extensions)),
  );
  const signature = Buffer.from(algorithm.sign(tbs));
  if (input.spoilSignature === true) signature[signature.length - 1]! ^= 1;
  const decoded = decodeCrl(sequence(tbs, algorithm.identifier, bits(signature)));
  if (!decoded.ok) throw new Error(`the test made a CRL that cannot be read: ${decoded.error.message}`);
  return decoded.value;
}

function entryOf({ certificate, at, reason, issuer, extensions = [], emptyList }: RevokedInput): Buffer {
  const all = [
    ...(reason === undefined ? [] : [extension('2.5.29.21', false, tlv(0x0a, Buffer.of(reason)))]),
    ...(issuer === undefined
      ? []
      : [extension('2.5.29.29', true, sequence(generalName({ directory: issuer.subject })))]),
    ...extensions,
  ];
  return sequence(
    tlv(0x02, certificate.certificate.serialNumber),
    time(at ?? now - day),
    ...(all.length > 0 || emptyList === true ? [sequence(...all)] : []),
  );
}

function scopeOf({
  names,
  relative,
  users,
  cas,
  attributes,
  reasons,
  indirect,
}: NonNullable<CrlInput['scope']>): Buffer {
  const yes = Buffer.of(0xff);
  return sequence(
    ...pointName(names, relative),
    ...(users === true ? [tlv(0x81, yes)] : []),
    ...(cas === true ? [tlv(0x82, yes)] : []),
    ...(reasons === undefined ? [] : [reasonBits(reasons)]),
    ...(indirect === true ? [tlv(0x84, yes)] : []),
    ...(attributes === true ? [tlv(0x85, yes)] : []),
  );
}

function reasonBits(reasons: readonly number[]): Buffer {
  return namedBits(reasons, 0x83);
}

/** A DistributionPointName in its field, if there is one. */
function pointName(names: readonly NameInput[] | undefined, relative: string | undefined): readonly Buffer[] {
  // An implicit tag replaces that of the SET.
  if (relative !== undefined) return [tlv(0xa0, tlv(0xa1, contents(contents(dn([['CN', relative]])))))];
  return names === undefined ? [] : [tlv(0xa0, tlv(0xa0, ...names.map(generalName)))];
}

/** What a short TLV contains. */
function contents(der: Buffer): Buffer {
  return der.subarray(2);
}

/** A distribution point to be written. */
export interface PointInput {
  readonly names?: readonly NameInput[];
  readonly relative?: string;
  readonly reasons?: readonly number[];
  readonly issuer?: Made;
  /** The names of cRLIssuer, instead of those of an issuer. */
  readonly issuers?: readonly NameInput[];
}

/** A cRLDistributionPoints extension. */
export function distributionPoints(...points: readonly PointInput[]): Buffer {
  return extension(
    '2.5.29.31',
    false,
    sequence(
      ...points.map(({ names, relative, reasons, issuer, issuers }) =>
        sequence(
          ...pointName(names, relative),
          ...(reasons === undefined ? [] : [namedBits(reasons, 0x81)]),
          ...(issuer === undefined ? [] : [tlv(0xa2, generalName({ directory: issuer.subject }))]),
          ...(issuers === undefined ? [] : [tlv(0xa2, ...issuers.map(generalName))]),
        ),
      ),
    ),
  );
}
