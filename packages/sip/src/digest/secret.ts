import { SipArgumentError } from '../syntax/problem.ts';
import type { DigestAlgorithm } from './algorithm.ts';
import { type CredentialRecord, digestA1 } from './credential-record.ts';

/** A client's own secret: a password, or a record that holds only H(A1). */
export type ClientSecret = { readonly username: string; readonly password: string } | CredentialRecord;

/**
 * H(A1) of a secret.
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where a record has none for this algorithm and realm
 */
export function secretA1(secret: ClientSecret, algorithm: DigestAlgorithm, realm: string): string {
  if ('password' in secret) return digestA1(algorithm, secret.username, realm, secret.password);
  const ha1 = secret.realm === realm ? secret.ha1[algorithm] : undefined;
  if (ha1 !== undefined) return ha1;
  throw new SipArgumentError(
    `expected H(A1) for ${algorithm} in realm "${realm}", found realm "${secret.realm}" with ${Object.keys(secret.ha1).join(', ') || 'none'}`,
    `credentials of ${secret.username}`,
    'create the record for that realm and algorithm',
  );
}
