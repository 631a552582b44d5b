import { trustStateName, trustStatePurpose } from '@entente/pki';
import type { SignedTrustState } from '@entente/topology';
import { type AnchorSet, createJudge, type Judge, profiles, type RevocationKnowledge } from '@entente/trust';
import type { CertificateList } from '@entente/x509';

/** What signers of trust states are judged by, as it is at the moment of each question. */
export interface StateSignerSources {
  /** The enterprise roots. */
  readonly anchors: () => AnchorSet;
  /** The lists in force, and those that the state names. */
  readonly lists: () => readonly CertificateList[];
  /** See `JudgeOptions` of `@entente/trust`; milliseconds since the epoch. */
  readonly latestSigned: () => number | undefined;
}

/** A question about one signer. */
export interface StateSignerQuestion {
  readonly judge: Judge;
  readonly network: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The verdict, but for the purpose, which is none of TLS: it is checked below. */
const policy = { ...profiles.entente, extKeyUsage: { mode: 'ignore', anyInLeaf: false } } as const;
const link = {
  name: 'trust state',
  direction: 'outbound',
  interface: 'internal',
  purpose: 'server',
} as const;

/**
 * Creates the judge of signers. It remembers what it has verified, so that a large list is not verified again with each state.
 * @param sources - asked at each verdict
 */
export function stateSignerJudge({ anchors, latestSigned, lists }: StateSignerSources): Judge {
  let knowledge: RevocationKnowledge = { crls: [] };
  return createJudge({
    anchors,
    revocation() {
      const crls = lists();
      if (knowledge.crls !== crls) knowledge = { crls };
      return knowledge;
    },
    policy,
    latestSigned,
  });
}

/**
 * Judges the key that signed a trust state: its certificate leads to one of our roots, is neither expired nor revoked, has the name of our
 * network's trust states, and its one purpose. A server of ours has another purpose, so it cannot sign a state.
 * @param signed - a state whose signature fits the certificate
 * @param question - by which judge, for which network, and when
 * @returns why the signer is refused, or undefined
 */
export function refuseStateSigner(
  { chain, signer }: Pick<SignedTrustState, 'chain' | 'signer'>,
  { judge, network, now }: StateSignerQuestion,
): { readonly reason: string; readonly message: string } | undefined {
  const purposes = signer.extKeyUsage ?? [];
  if (purposes.length !== 1 || purposes[0] !== trustStatePurpose) {
    return {
      reason: 'extended-key-usage-missing',
      message: `expected a certificate for trust states alone, found ${signer.subject.toString()}`,
    };
  }
  const verdict = judge.judge(
    { certificates: chain },
    {
      now,
      link,
      identity: { mode: 'service', allowed: [trustStateName(network)] },
      authorise: () => ({ ok: true }),
    },
  );
  return verdict.trusted ? undefined : verdict.rejection;
}
