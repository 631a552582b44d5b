import type { ValidatedPath } from './path/validated-path.ts';
import type { PeerIdentity } from './peer-identity.ts';
import type { LinkContext } from './question.ts';

/**
 * A policy of stage 6. It sees a peer that has passed everything and can only refuse.
 */
export interface PolicyStage {
  readonly name: string;
  /**
   * @returns a sentence that says why the peer is refused, or undefined
   */
  refuse(peer: PeerIdentity, link: LinkContext, path: ValidatedPath): string | undefined;
}
