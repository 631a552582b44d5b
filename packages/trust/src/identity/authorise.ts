import type { LinkContext } from '../question/link-context.ts';
import type { Rejection } from '../reasons/rejection.ts';
import type { PeerIdentity } from './peer-identity.ts';

/**
 * The answer of stage 5.
 */
export type Authorised =
  | {
      readonly ok: true;
      /** FQDN of the server of the own network that the peer's names select; for a partner, the identifier of its entry. */
      readonly server?: string;
      readonly role?: string;
      /** Row of the allow matrix that permits the link. */
      readonly row?: number;
    }
  | { readonly ok: false; readonly rejection: Rejection };

/**
 * Decides whether an authenticated peer may use this link. Every question requires it, so that it cannot be forgotten.
 *
 * @param peer - identity of a peer that has passed path, revocation and name
 * @param link - the link of the connection
 */
export type Authorise = (peer: PeerIdentity, link: LinkContext) => Authorised;
