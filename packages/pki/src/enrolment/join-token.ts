import { createHash } from 'node:crypto';
import { PkiFault } from '../ground/fault.ts';
import { badArgument, isOctets, isText, member, unlike } from '../ground/given.ts';
import { isHostName } from '../ground/host-name.ts';
import { type PkiRefusal, refuse } from '../ground/refusal.ts';
import type { RandomBytes } from '../ground/signer.ts';

/** What a new server needs to find and verify the authority, and to enrol once. */
export interface JoinToken {
  /** Base URL of the authority, `https://…` without trailing slash. */
  readonly authority: string;
  /** FQDN of the one server that may use the token. */
  readonly server: string;
  /** Lower-case hexadecimal SHA-256 of the root's SubjectPublicKeyInfo: the only root that the joining server trusts. */
  readonly rootSpkiHash: string;
  /** Lower-case hexadecimal SHA-256 of the administrator set that signs the topology. */
  readonly administratorsHash: string;
  /** 16 random octets. */
  readonly secret: Uint8Array;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

/** A parsed token, or why the text is not one. */
export type ParsedJoinToken =
  | { readonly ok: true; readonly token: JoinToken }
  | { readonly ok: false; readonly refusal: PkiRefusal };

/** Longest life of a join token: one hour. */
export const maxJoinTokenMs = 3_600_000;
const secretBytes = 16;
const hashBytes = 32;
const checksumBytes = 4;
const maxTextLength = 2_048;
const prefix = 'entente-join-1.';

/**
 * Creates a join token. Only its {@link joinTokenSecretHash} may be stored.
 * @param parts - authority, server, hashes and expiry
 * @param random - source of the secret
 * @param now - milliseconds since 1970
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT` if the token would be valid longer than {@link maxJoinTokenMs}, or a field is malformed
 */
export function createJoinToken(
  parts: Omit<JoinToken, 'secret'>,
  random: RandomBytes,
  now: number,
): JoinToken {
  // NaN, where a time is missing, is neither too short nor too long.
  const life = Number(member(parts, 'notAfter')) - now;
  if (!(life > 0 && life <= maxJoinTokenMs)) {
    throw badArgument(
      `a lifetime of 1 to ${maxJoinTokenMs} ms, found ${life} ms`,
      'notAfter of a join token',
      'choose a time in this range from now',
    );
  }
  const token = { ...parts, secret: random(secretBytes) };
  refuseProblem(token);
  return token;
}

function refuseProblem(token: JoinToken): void {
  const problem = problemOf(token);
  if (problem === undefined) return;
  throw new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
    sentence: problem,
    place: 'join token',
    remedy: 'correct this field',
  });
}

/**
 * The form in which a secret is stored and looked up. One hash is enough: the secret has 128 random bits.
 * @param secret - the 16 octets of the token
 * @returns lower-case hexadecimal SHA-256
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT`: the hash of its text would be found nowhere
 */
export function joinTokenSecretHash(secret: Uint8Array): string {
  if (!isOctets(secret)) throw unlike(secret, 'the secret of a token in a Uint8Array', 'secret');
  return createHash('sha256').update(secret).digest('hex');
}

/**
 * The token as one line of text that can be pasted: letters, digits, `-`, `_` and `.` only.
 * @param token - the token
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT` if a field is malformed
 */
export function formatJoinToken(token: JoinToken): string {
  refuseProblem(token);
  const payload = Buffer.from(
    JSON.stringify([
      token.authority,
      token.server,
      Buffer.from(token.rootSpkiHash, 'hex').toString('base64url'),
      Buffer.from(token.administratorsHash, 'hex').toString('base64url'),
      Buffer.from(token.secret).toString('base64url'),
      Math.floor(token.notAfter / 1000),
    ]),
  );
  return `${prefix}${payload.toString('base64url')}.${checksum(payload).toString('base64url')}`;
}

/**
 * Parses a pasted token. White space and line breaks, which terminals insert, are ignored.
 * @param text - the pasted text
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT` where it is not a text
 */
export function parseJoinToken(text: string): ParsedJoinToken {
  if (typeof text !== 'string') throw unlike(text, 'a text', 'text of parseJoinToken');
  if (text.length > maxTextLength)
    return malformed(`expected at most ${maxTextLength} characters, found ${text.length}`);
  const compact = withoutWhitespace(text);
  if (!compact.startsWith(prefix)) return malformed(`it does not begin with ${prefix}`);
  const dot = compact.indexOf('.', prefix.length);
  if (dot < 0) return malformed('its end is missing');
  const encoded = compact.slice(prefix.length, dot);
  const payload = Buffer.from(encoded, 'base64url');
  if (payload.toString('base64url') !== encoded)
    return malformed('it contains characters that are not allowed');
  const expected = checksum(payload).toString('base64url');
  if (compact.slice(dot + 1) !== expected)
    return malformed('its checksum is wrong, so a part is missing or changed');
  const token = fieldsOf(payload);
  if (token === undefined) return malformed('its fields are not those of a join token');
  const problem = problemOf(token);
  return problem === undefined ? { ok: true, token } : malformed(problem);
}

function fieldsOf(payload: Buffer): JoinToken | undefined {
  let fields: unknown;
  try {
    fields = JSON.parse(payload.toString('utf8'));
  } catch {
    return undefined;
  }
  if (!Array.isArray(fields) || fields.length !== 6) return undefined;
  const [authority, server, root, administrators, secret, seconds] = fields as unknown[];
  const texts = [authority, server, root, administrators, secret];
  if (!texts.every((field) => typeof field === 'string') || !Number.isSafeInteger(seconds)) return undefined;
  return {
    authority: authority as string,
    server: server as string,
    rootSpkiHash: Buffer.from(root as string, 'base64url').toString('hex'),
    administratorsHash: Buffer.from(administrators as string, 'base64url').toString('hex'),
    secret: new Uint8Array(Buffer.from(secret as string, 'base64url')),
    notAfter: (seconds as number) * 1000,
  };
}

function problemOf(token: JoinToken): string | undefined {
  if (!isAuthorityUrl(member(token, 'authority')))
    return 'the authority is not an https URL without path, query and credentials';
  if (!isText(token.server) || !isHostName(token.server))
    return 'the server is not a lower-case fully qualified name';
  if (!isHash(token.rootSpkiHash)) return 'the hash of the root is not SHA-256 in hexadecimal';
  if (!isHash(token.administratorsHash))
    return 'the hash of the administrators is not SHA-256 in hexadecimal';
  if (!isOctets(token.secret) || token.secret.length !== secretBytes)
    return `the secret is not ${secretBytes} octets`;
  if (!Number.isSafeInteger(token.notAfter) || token.notAfter <= 0) return 'the expiry is not a time';
  return undefined;
}

function isAuthorityUrl(text: unknown): boolean {
  if (!isText(text) || text.endsWith('/') || !URL.canParse(text)) return false;
  const url = new URL(text);
  return url.protocol === 'https:' && url.origin === text;
}

function isHash(text: unknown): boolean {
  return isText(text) && text.length === hashBytes * 2 && /^[0-9a-f]*$/.test(text);
}

function checksum(payload: Uint8Array): Buffer {
  return createHash('sha256').update(payload).digest().subarray(0, checksumBytes);
}

function withoutWhitespace(text: string): string {
  return text.split(/\s/).join('');
}

function malformed(detail: string): ParsedJoinToken {
  return {
    ok: false,
    refusal: refuse(
      'token-malformed',
      `the text is not a join token: ${detail}`,
      'paste the whole line that entente join-token printed',
    ),
  };
}
