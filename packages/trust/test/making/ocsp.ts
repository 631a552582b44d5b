import { createHash } from 'node:crypto';
import { day, extension, type Made, now, signatureOf } from './certificates.ts';
import { bits, dn, nothing, octets, oid, sequence, time, tlv } from './der.ts';

export interface OcspSingleInput {
  readonly certificate: Made;
  readonly state?: 'good' | 'unknown' | { readonly revokedAt: number; readonly reason?: number };
  readonly thisUpdate?: number;
  /** `false` leaves it out. */
  readonly nextUpdate?: number | false;
  readonly extensions?: readonly Buffer[];
}

export interface OcspInput {
  /** Whose certificates the response speaks about. */
  readonly issuer: Made;
  /** Default: the issuer itself. */
  readonly signer?: Made;
  readonly certificates?: readonly Made[];
  readonly responses: readonly OcspSingleInput[];
  readonly producedAt?: number;
  readonly byKey?: boolean;
  readonly digest?: 'sha1' | 'sha256';
  readonly extensions?: readonly Buffer[];
  readonly spoilSignature?: boolean;
}

const digestIds = { sha1: '1.3.14.3.2.26', sha256: '2.16.840.1.101.3.4.2.1' };

/** Octets of the key, as certificates carry them. */
function keyBits(made: Made): Buffer {
  const { publicKey } = made.certificate;
  return Buffer.from(publicKey.bits);
}

/** Makes an OCSPResponse as told, DER. */
export function makeOcsp(input: OcspInput): Buffer {
  const { issuer, digest = 'sha1' } = input;
  const signer = input.signer ?? issuer;
  const hash = (bytes: Buffer): Buffer => octets(createHash(digest).update(bytes).digest());
  const responses = input.responses.map(
    ({ certificate, state = 'good', thisUpdate, nextUpdate, extensions = [] }) =>
      sequence(
        sequence(
          sequence(oid(digestIds[digest]), nothing),
          hash(dn(issuer.subject)),
          hash(keyBits(issuer)),
          tlv(0x02, certificate.certificate.serialNumber),
        ),
        statusOf(state),
        time(thisUpdate ?? now - 3_600_000, true),
        ...(nextUpdate === false ? [] : [tlv(0xa0, time(nextUpdate ?? now + day, true))]),
        ...(extensions.length > 0 ? [tlv(0xa1, sequence(...extensions))] : []),
      ),
  );
  const responder =
    input.byKey === true
      ? tlv(0xa2, octets(createHash('sha1').update(keyBits(signer)).digest()))
      : tlv(0xa1, dn(signer.subject));
  const tbs = sequence(
    responder,
    time(input.producedAt ?? now - 3_600_000, true),
    sequence(...responses),
    ...(input.extensions === undefined ? [] : [tlv(0xa1, sequence(...input.extensions))]),
  );
  const algorithm = signatureOf(signer.key, 'sha256');
  const signature = Buffer.from(algorithm.sign(tbs));
  if (input.spoilSignature === true) signature[signature.length - 1]! ^= 1;
  const embedded = (input.certificates ?? (input.signer === undefined ? [] : [input.signer])).map(
    ({ der }) => der,
  );
  const basic = sequence(
    tbs,
    algorithm.identifier,
    bits(signature),
    ...(embedded.length > 0 ? [tlv(0xa0, sequence(...embedded))] : []),
  );
  return sequence(tlv(0x0a, Buffer.of(0)), tlv(0xa0, sequence(oid('1.3.6.1.5.5.7.48.1.1'), octets(basic))));
}

function statusOf(state: NonNullable<OcspSingleInput['state']>): Buffer {
  if (state === 'good') return tlv(0x80);
  if (state === 'unknown') return tlv(0x82);
  const reason = state.reason === undefined ? [] : [tlv(0xa0, tlv(0x0a, Buffer.of(state.reason)))];
  return tlv(0xa1, time(state.revokedAt, true), ...reason);
}

/** The extension that spares an OCSP signer the question about its own status. */
export const noCheck = extension('1.3.6.1.5.5.7.48.1.5', false, nothing);
