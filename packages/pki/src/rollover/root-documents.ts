import { decodePem, encodePem } from '@entente/x509';
import { isRevocationReason, type RevocationReason } from '../ground/revocation-reason.ts';

/** What an authority asks of its root. Everything in it is a claim: the root checks it, and shows it before it signs. */
export interface RootRequest {
  /** The organisation's network, e.g. `contoso.example`. */
  readonly domain: string;
  /** Lower-case hexadecimal SHA-256 of the root's certificate. */
  readonly root: string;
  /** The root's list in force, DER: the next one continues it. */
  readonly list: Uint8Array;
  /** Base of the plain HTTP address of the root's list, as it will be in the certificate. */
  readonly objectsUrl: string;
  /** Bases of the addresses at which edges serve the same to outsiders; may be empty. */
  readonly outsideObjectsUrls: readonly string[];
  /** The next issuing authority, where one is due. */
  readonly issuing?: {
    readonly number: number;
    /** PKCS#10, DER. */
    readonly request: Uint8Array;
  };
  /** Certificates of issuing authorities that need one for outsiders, DER. */
  readonly certifyOutside: readonly Uint8Array[];
  /** Number that the next root gets, where one is prepared; requests of earlier releases do not say it. */
  readonly nextRoot?: number;
  /** Certificates of issuing authorities, or of the next root, to put on the root's list, DER. */
  readonly revoke: readonly { readonly certificate: Uint8Array; readonly reason: RevocationReason }[];
}

/** The next root, as the present one has prepared it. */
export interface PreparedRoot {
  /** Self-signed, DER. */
  readonly certificate: Uint8Array;
  /** The first list of the next root, DER. */
  readonly list: Uint8Array;
  /** Name and key of the next root, certified by the present one, DER; absent where its path length leaves no room for that. */
  readonly cross?: Uint8Array;
  /** The same for outsiders: with the addresses at which edges serve the list of the present root. */
  readonly crossOutside?: Uint8Array;
}

/** What the root has signed. Each part is proven by its own signature. */
export interface RootAnswer {
  /** The organisation's network, e.g. `contoso.example`. */
  readonly domain: string;
  /** Lower-case hexadecimal SHA-256 of the root's certificate. */
  readonly root: string;
  /** The root's next list, DER. */
  readonly list: Uint8Array;
  /** The certificate of the next issuing authority, DER. */
  readonly issuing?: Uint8Array;
  /** Certificates of issuing authorities for outsiders, DER. */
  readonly outside: readonly Uint8Array[];
  /** The next root, where it was prepared at this visit. */
  readonly nextRoot?: PreparedRoot;
}

const requestFormat = 'entente-root-request/1';
const answerFormat = 'entente-root-answer/1';
/** Characters; a list of a root has few entries. */
export const maxRootDocumentLength = 1_048_576;
const maxCertificates = 16;
const maxUrls = 64;

const certificateLabel = 'CERTIFICATE';
const requestLabel = 'CERTIFICATE REQUEST';
const listLabel = 'X509 CRL';

/** Writes a request as text that people can read. */
export function formatRootRequest(request: RootRequest): string {
  const { certifyOutside, domain, issuing, list, nextRoot, objectsUrl, outsideObjectsUrls, revoke, root } =
    request;
  return write({
    format: requestFormat,
    domain,
    root,
    objectsUrl,
    outsideObjectsUrls,
    list: encodePem(listLabel, list),
    ...(issuing === undefined
      ? {}
      : { issuing: { number: issuing.number, request: encodePem(requestLabel, issuing.request) } }),
    ...(nextRoot === undefined ? {} : { nextRoot }),
    certifyOutside: certifyOutside.map((der) => encodePem(certificateLabel, der)),
    revoke: revoke.map(({ certificate, reason }) => ({
      certificate: encodePem(certificateLabel, certificate),
      reason,
    })),
  });
}

/**
 * Reads a request. Nothing in it is verified.
 * @param text - from a file that others may have written
 * @returns undefined where it is something else
 */
export function parseRootRequest(text: string): RootRequest | undefined {
  return parsed(text, requestFormat, (fields) => ({
    domain: asText(fields.domain),
    root: asHash(fields.root),
    list: asDer(fields.list, listLabel),
    objectsUrl: asUrl(fields.objectsUrl),
    outsideObjectsUrls: asArray(fields.outsideObjectsUrls, maxUrls).map(asUrl),
    ...(fields.issuing === undefined ? {} : { issuing: asIssuing(fields.issuing) }),
    certifyOutside: asArray(fields.certifyOutside, maxCertificates).map((one) =>
      asDer(one, certificateLabel),
    ),
    ...(fields.nextRoot === undefined ? {} : { nextRoot: asNumber(fields.nextRoot) }),
    revoke: asArray(fields.revoke, maxCertificates).map(asRevoked),
  }));
}

/** Writes an answer as text. */
export function formatRootAnswer({ domain, issuing, list, nextRoot, outside, root }: RootAnswer): string {
  return write({
    format: answerFormat,
    domain,
    root,
    list: encodePem(listLabel, list),
    ...(issuing === undefined ? {} : { issuing: encodePem(certificateLabel, issuing) }),
    outside: outside.map((der) => encodePem(certificateLabel, der)),
    ...(nextRoot === undefined ? {} : { nextRoot: preparedText(nextRoot) }),
  });
}

/**
 * Reads an answer. Nothing in it is verified.
 * @param text - from a file that others may have written
 * @returns undefined where it is something else
 */
export function parseRootAnswer(text: string): RootAnswer | undefined {
  return parsed(text, answerFormat, (fields) => ({
    domain: asText(fields.domain),
    root: asHash(fields.root),
    list: asDer(fields.list, listLabel),
    ...(fields.issuing === undefined ? {} : { issuing: asDer(fields.issuing, certificateLabel) }),
    outside: asArray(fields.outside, maxCertificates).map((one) => asDer(one, certificateLabel)),
    ...(fields.nextRoot === undefined ? {} : { nextRoot: asPrepared(fields.nextRoot) }),
  }));
}

type Fields = Readonly<Record<string, unknown>>;

/** Ends the reading of a document; caught in {@link parsed}. */
class MalformedRootDocument extends Error {}

function write(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function parsed<T>(text: string, format: string, read: (fields: Fields) => T): T | undefined {
  if (text.length > maxRootDocumentLength) return undefined;
  try {
    const fields = asFields(JSON.parse(text));
    return fields.format === format ? read(fields) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof MalformedRootDocument) return undefined;
    throw error;
  }
}

function asFields(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new MalformedRootDocument();
  return value as Fields;
}

function asText(value: unknown): string {
  if (typeof value !== 'string' || value.length === 0 || value.length > 253)
    throw new MalformedRootDocument();
  return value;
}

function asHash(value: unknown): string {
  if (typeof value !== 'string' || !/^[0-9a-f]{64}$/.test(value)) throw new MalformedRootDocument();
  return value;
}

/** An origin over plain HTTP: RFC 5280 §8. */
function asUrl(value: unknown): string {
  const text = asText(value);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' || url.origin !== text) throw new MalformedRootDocument();
  return text;
}

function asArray(value: unknown, most: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length > most) throw new MalformedRootDocument();
  return value;
}

function asDer(value: unknown, label: string): Uint8Array {
  const blocks = typeof value === 'string' ? decodePem(value) : undefined;
  const [block, ...more] = blocks?.ok === true ? blocks.value : [];
  if (block?.label !== label || more.length > 0) throw new MalformedRootDocument();
  return block.der;
}

function asIssuing(value: unknown): NonNullable<RootRequest['issuing']> {
  const { number, request } = asFields(value);
  return { number: asNumber(number), request: asDer(request, requestLabel) };
}

/** The first of each kind is that of the ceremony. */
function asNumber(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 2) throw new MalformedRootDocument();
  return value as number;
}

function preparedText({ certificate, cross, crossOutside, list }: PreparedRoot): object {
  return {
    certificate: encodePem(certificateLabel, certificate),
    list: encodePem(listLabel, list),
    ...(cross === undefined ? {} : { cross: encodePem(certificateLabel, cross) }),
    ...(crossOutside === undefined ? {} : { crossOutside: encodePem(certificateLabel, crossOutside) }),
  };
}

function asPrepared(value: unknown): PreparedRoot {
  const { certificate, cross, crossOutside, list } = asFields(value);
  return {
    certificate: asDer(certificate, certificateLabel),
    list: asDer(list, listLabel),
    ...(cross === undefined ? {} : { cross: asDer(cross, certificateLabel) }),
    ...(crossOutside === undefined ? {} : { crossOutside: asDer(crossOutside, certificateLabel) }),
  };
}

function asRevoked(value: unknown): RootRequest['revoke'][number] {
  const { certificate, reason } = asFields(value);
  if (!isRevocationReason(reason)) throw new MalformedRootDocument();
  return { certificate: asDer(certificate, certificateLabel), reason };
}
