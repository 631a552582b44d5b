import {
  type AnchorLimits,
  type Authorise,
  anchorSet,
  createJudge,
  type DaneExpectation,
  type IdentityExpectation,
  type Judge,
  type JudgeOptions,
  type LinkContext,
  type Rejection,
  type RevocationPolicy,
  type TrustAnchor,
  type TrustVerdict,
} from '@entente/trust';
import { type Made, now } from './certificates.ts';

export const link: LinkContext = {
  name: 'test',
  direction: 'outbound',
  interface: 'internal',
  purpose: 'server',
};
export const inboundLink: LinkContext = { ...link, direction: 'inbound', purpose: 'client' };
/** Most rules have nothing to do with revocation; those tests say so in the words of a signed policy. */
export const noRevocation: RevocationPolicy = {
  mode: 'off',
  signedBy: 'a test that is about something else',
};
export const anyone: Authorise = () => ({ ok: true });

export function anchor(root: Made, more: Partial<TrustAnchor> = {}): TrustAnchor {
  return { name: 'root', certificate: root.certificate, revocation: noRevocation, ...more };
}

export function limited(root: Made, limits: AnchorLimits): TrustAnchor {
  return anchor(root, { limits });
}

export function judgeOf(anchors: readonly TrustAnchor[], options: Omit<JudgeOptions, 'anchors'> = {}): Judge {
  return createJudge({ anchors: anchorSet(anchors), ...options });
}

export interface AskInput {
  readonly now?: number;
  readonly link?: LinkContext;
  readonly identity?: IdentityExpectation;
  readonly authorise?: Authorise;
  readonly stapledOcsp?: Uint8Array;
  readonly dane?: DaneExpectation;
}

/** Asks about a chain, leaf first. */
export function ask(judge: Judge, chain: readonly Made[], input: AskInput = {}): TrustVerdict {
  return judge.judge(
    {
      certificates: chain.map(({ der }) => der),
      ...(input.stapledOcsp === undefined ? {} : { stapledOcsp: input.stapledOcsp }),
    },
    {
      now: input.now ?? now,
      link: input.link ?? link,
      identity: input.identity ?? { mode: 'inbound' },
      authorise: input.authorise ?? anyone,
      ...(input.dane === undefined ? {} : { dane: input.dane }),
    },
  );
}

/** `trusted`, or the reason. */
export function outcome(verdict: TrustVerdict): 'trusted' | Rejection['reason'] {
  return verdict.trusted ? 'trusted' : verdict.rejection.reason;
}
