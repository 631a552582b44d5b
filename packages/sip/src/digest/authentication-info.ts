import { checkObject } from '../syntax/check-object.ts';
import { SipArgumentError } from '../syntax/problem.ts';
import { digestHexLength } from './algorithm.ts';
import { quotedParameter, readAuthParameters } from './auth-value.ts';
import { type DigestAuthorization, parseAuthorization, readCount } from './authorization.ts';
import type { CredentialRecord } from './credential-record.ts';
import { equalDigests } from './equal-digests.ts';
import { noBody, readQop, requestDigest } from './request-digest.ts';
import { type ClientSecret, secretA1 } from './secret.ts';

/**
 * The value with which a server proves to the client that it knows the secret, and which may contain the nonce for the next
 * request.
 * @param authorization - the credentials that `verifyAuthorization` accepted
 * @param record - the user's record
 * @param answer - `body` of the 2xx, covered where the client asked for `auth-int`; `nextNonce` a fresh nonce of
 *   `createNonce`, with which counts begin at 1 again
 * @returns the value for Authentication-Info (Proxy-Authentication-Info beside Proxy-Authorization)
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where the credentials could not have been accepted with this record
 * @see RFC 7616 §3.5, RFC 3261 §20.6
 */
export function createAuthenticationInfo(
  authorization: DigestAuthorization,
  record: CredentialRecord,
  answer: { readonly body?: Uint8Array; readonly nextNonce?: string } = {},
): string {
  checkObject(
    authorization,
    'authorization of createAuthenticationInfo',
    'give what parseAuthorization has read',
  );
  checkObject(record, 'record of createAuthenticationInfo', 'give the record of the user');
  checkObject(answer, 'answer of createAuthenticationInfo', 'give { body, nextNonce }, or leave it out');
  const digest = digestOfAnswer(authorization, record, answer.body ?? noBody);
  if (digest === undefined) {
    throw new SipArgumentError(
      'expected credentials with qop, cnonce and nc, found none',
      'Authentication-Info',
      'answer only what verifyAuthorization accepted',
    );
  }
  const { qop, cnonce = '', nonceCount } = authorization;
  const next = answer.nextNonce === undefined ? '' : `${quotedParameter('nextnonce', answer.nextNonce)}, `;
  return `${next}qop=${qop}, rspauth="${digest}", ${quotedParameter('cnonce', cnonce)}, nc=${nonceCount}`;
}

/**
 * What {@link verifyAuthenticationInfo} found. `no-proof`: the server did not prove that it knows the secret, as it may
 * choose. `other-request`: the value answers other credentials. `wrong-proof`: its sender does not know the secret.
 */
export type AuthenticationInfoVerdict =
  | { readonly ok: true; readonly nextNonce: string | undefined }
  | { readonly ok: false; readonly fault: 'malformed' | 'no-proof' | 'other-request' | 'wrong-proof' };

/**
 * Checks a server's Authentication-Info. Trust `nextNonce` only from a verdict that is `ok`: use it in place of the
 * challenge's nonce, and count from 1.
 * @param value - the header field value of a 2xx
 * @param sent - the Authorization (or Proxy-Authorization) value of its request, as `answerChallenge` made it
 * @param secret - as given to `answerChallenge`
 * @param body - the body of the 2xx, covered where the request used `auth-int`
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where `sent` is not a digest authorization with this secret
 * @see RFC 7616 §3.5
 */
export function verifyAuthenticationInfo(
  value: string,
  sent: string,
  secret: ClientSecret,
  body: Uint8Array = noBody,
): AuthenticationInfoVerdict {
  const authorization = parseAuthorization(sent);
  const digest = typeof authorization === 'object' ? digestOfAnswer(authorization, secret, body) : undefined;
  if (typeof authorization !== 'object' || digest === undefined) {
    throw new SipArgumentError(
      'expected the authorization that was sent, found another text',
      'authorization that Authentication-Info is checked against',
      'pass the value that was sent in the request, and the secret that it was made with',
    );
  }
  const info = readAuthParameters(value, 0);
  if (info === undefined) return { ok: false, fault: 'malformed' };
  const found = info.get('rspauth')?.toLowerCase();
  if (found === undefined) return { ok: false, fault: 'no-proof' };
  const count = readCount(info.get('nc') ?? '');
  const qop = readQop(info.get('qop'));
  if (count === undefined || qop === undefined) return { ok: false, fault: 'malformed' };
  const same =
    info.get('cnonce') === authorization.cnonce &&
    count === readCount(authorization.nonceCount ?? '') &&
    qop === authorization.qop;
  if (!same) return { ok: false, fault: 'other-request' };
  const length = digestHexLength[authorization.algorithm ?? 'SHA-256'];
  if (!equalDigests(digest, found, length)) return { ok: false, fault: 'wrong-proof' };
  return { ok: true, nextNonce: info.get('nextnonce') };
}

/** The digest of an answer to these credentials: A2 has no method. */
function digestOfAnswer(
  { algorithm, realm, nonce, nonceCount, cnonce, qop, uri }: DigestAuthorization,
  secret: ClientSecret,
  body: Uint8Array,
): string | undefined {
  const protection = readQop(qop);
  if (algorithm === undefined || protection === undefined || cnonce === undefined || nonceCount === undefined)
    return undefined;
  const fields = { nonce, nonceCount, cnonce, qop: protection, method: '', uri, body };
  return requestDigest(algorithm, secretA1(secret, algorithm, realm), fields);
}
