import { type PkiReason, type PkiRefusal, refuse } from '../ground/refusal.ts';
import type { Ledger, RecordedCertificate, StoredJoinToken } from '../ledger/ledger.ts';
import { refuseAlreadyJoined } from './already-joined.ts';
import { refuseRevoked } from './decide-renewal.ts';
import { joinTokenSecretHash } from './join-token.ts';

const bearer = 'Bearer ';
/** 16 octets in base64url. */
const secretLength = 22;

/** A token that fits its caller. */
export interface AdmittedToken {
  readonly token: StoredJoinToken;
  /** Enough of the hash to find the token again, too little to be useful to a reader of logs. */
  readonly tokenId: string;
}

/**
 * Reads the secret of a join token.
 * @param authorization - header of the request
 * @returns its hash, or the refusal `token-malformed`
 */
export function readSecretHash(authorization: string): { readonly secretHash: string } | PkiRefusal {
  const text = authorization.startsWith(bearer) ? authorization.slice(bearer.length) : '';
  const secret = Buffer.from(text, 'base64url');
  if (text.length === secretLength && secret.toString('base64url') === text) {
    return { secretHash: joinTokenSecretHash(secret) };
  }
  return refuse(
    'token-malformed',
    'expected an Authorization header with Bearer and the 128-bit secret of a join token, found another',
    'use the token exactly as entente join-token printed it',
  );
}

/** What a token leads to: the certificate of an earlier answer, a new one, or a refusal. */
export type JoinDecision =
  | { readonly kind: 'again'; readonly certificate: RecordedCertificate }
  | { readonly kind: 'issue' }
  | { readonly kind: 'refused'; readonly refusal: PkiRefusal };

/**
 * Decides on a token that is not spent by another key. The key that has spent it gets the certificate that it got then.
 * @param admitted - the token
 * @param keyHash - hash of the key to be certified
 * @param ledger - of the authority
 * @param now - milliseconds since 1970
 */
export async function decideJoin(
  { token, tokenId }: AdmittedToken,
  keyHash: string,
  ledger: Ledger,
  now: number,
): Promise<JoinDecision> {
  const { server } = token;
  const before = (await ledger.issuedFor(keyHash)).find(
    ({ requester, subject }) => subject === server && requester === `join-token:${tokenId}`,
  );
  if (before !== undefined) {
    const revoked = refuseRevoked(before, server);
    if (revoked !== undefined) return { kind: 'refused', refusal: revoked };
    return { kind: 'again', certificate: before };
  }
  const joined = token.replace === true ? undefined : await refuseAlreadyJoined(ledger, server, now);
  return joined === undefined ? { kind: 'issue' } : { kind: 'refused', refusal: joined };
}

type TokenReason = Extract<
  PkiReason,
  'token-unknown' | 'token-expired' | 'token-spent' | 'token-for-another-server'
>;

const tokenMessages: Readonly<Record<TokenReason, string>> = {
  'token-unknown': 'this authority has no record of the join token',
  'token-expired': 'the join token has expired',
  'token-spent': 'another key has used the join token before',
  'token-for-another-server': 'the join token is for another server',
};

/**
 * Refuses a token.
 * @param reason - as the ledger says
 */
export function tokenRefusal(reason: TokenReason): PkiRefusal {
  return refuse(
    reason,
    tokenMessages[reason],
    reason === 'token-spent'
      ? 'if the server itself has used it before with another key, order a new one with entente join-token; if not, somebody has read the token: revoke the certificates of the server with entente cert revoke'
      : 'let an administrator create a new join token for this server with entente join-token',
  );
}
