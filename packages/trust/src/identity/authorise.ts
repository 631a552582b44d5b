import type { LinkContext } from '../question/link-context.ts';
import type { Rejection } from '../reasons/rejection.ts';
import type { PeerIdentity } from './peer-identity.ts';

/**
 * The answer of stage 5.
 */
export type Authorised =
  | {
      readonly ok: true;
      /** FQDN of the server that the peer's names select. */
      readonly server?: string;
      readonly role?: string;
      /** Row of the allow matrix that permits the link. */
      readonly row?: number;
    }
  | { readonly ok: false; readonly rejection: Rejection };

/**
 * Decides whether a proven peer may use this link. It is an argument of every question, so that it cannot be forgotten.
 *
 * @param peer - identities of a peer whose path, revocation and name have passed
 * @param link - the link it was asked for
 */
export type Authorise = (peer: PeerIdentity, link: LinkContext) => Authorised;
