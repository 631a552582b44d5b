import { isRecord } from '@entente/options';
import type { Certificate } from '@entente/x509';
import { revocationIndex, stapledAnswers } from '../knowledge/revocation-index.ts';
import type { RevocationKnowledge } from '../knowledge/revocation-knowledge.ts';
import { checksOf, misuse } from '../misuse.ts';
import { CertificatePool } from '../path/certificate-pool.ts';
import { type PathContext, withSink } from '../path/path-context.ts';
import type { PathState } from '../path/path-state.ts';
import { Spending } from '../path/search-budget.ts';
import { LastingSignatureMemo, SignatureMemo } from '../path/signature-memo.ts';
import { anchorState, intermediateState } from '../path/step-path.ts';
import { checkPolicy } from '../policy/check-policy.ts';
import type { TrustPolicy } from '../policy/profile.ts';
import { profiles } from '../policy/profiles.ts';
import {
  isRevocationPolicy,
  type RevocationPolicy,
  revocationPolicies,
} from '../policy/revocation-policy.ts';
import type { Evidence } from '../reasons/evidence.ts';
import type { Rejection } from '../reasons/rejection.ts';
import { evidenceOf, type Trail } from '../reasons/trail.ts';
import { checkRevocation } from '../revocation/revocation-stage.ts';
import { checkNow } from './check-question.ts';

/** A question about the revocation of one certificate. */
export interface StatusQuestion {
  /** The certificate whose status is wanted; its own validity is not judged. */
  readonly certificate: Certificate;
  /** Its issuer, and the issuers above, nearest first; the last one is the anchor. They are trusted without a verdict. */
  readonly issuers: readonly [Certificate, ...Certificate[]];
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** CRLs and OCSP responses, not verified yet: each counts only where its signer can be verified. */
  readonly knowledge: RevocationKnowledge;
  /** DER of an OCSP response that came with a handshake. */
  readonly stapledOcsp?: Uint8Array;
  /** Certificates among which CRL signers are searched. */
  readonly others?: readonly Certificate[];
  /** Default: the profile `entente`. */
  readonly policy?: TrustPolicy;
  /** Default: `hard-fail`. */
  readonly freshness?: RevocationPolicy;
}

/** The status: with the rejection where the certificate may not be used, with the evidence where it may. */
export type CertificateStatus =
  | { readonly status: 'good'; readonly evidence: readonly Evidence[] }
  | { readonly status: 'revoked' | 'stale' | 'unknown'; readonly rejection: Rejection };

/**
 * The status of one certificate according to CRLs and OCSP responses, without a verdict on its path: for tools that examine
 * revocation alone. For a peer use `createJudge`.
 *
 * @param question - certificate, issuers, time and knowledge
 * @returns the status
 * @throws TrustFault `ENTENTE_BAD_QUESTION`, `ENTENTE_BAD_JUDGE_OPTION` for a time, a policy or a freshness that is none, and where something is missing
 * @see RFC 5280 §6.3, RFC 6960 §3.2
 */
export function certificateStatus(question: StatusQuestion): CertificateStatus {
  checkStatusQuestion(question);
  const {
    certificate,
    issuers,
    now,
    knowledge,
    policy = profiles.entente,
    freshness = { mode: 'hard-fail' },
  } = question;
  checkNow(now);
  checkPolicy(policy);
  if (!isRevocationPolicy(freshness))
    throw misuse('ENTENTE_BAD_QUESTION', 'question.freshness', revocationPolicies, freshness);
  const believed: PathContext = {
    policy,
    now: Math.floor(now / 1000) * 1000,
    link: { name: 'status', direction: 'outbound', interface: 'status', purpose: 'server' },
    purpose: { oid: '', name: '' },
    spending: new Spending(policy.budget),
    signatures: new SignatureMemo(),
    statements: new LastingSignatureMemo(),
    roots: new Map(),
    sink: [],
  };
  const rejections: Rejection[] = [];
  const last = issuers[issuers.length - 1]!;
  const anchor = { name: 'issuer', certificate: last, revocation: freshness };
  let above: PathState | undefined = anchorState(anchor, issuers.length, believed);
  for (let depth = issuers.length - 1; depth > 0 && above !== undefined; depth--) {
    above = intermediateState(above, issuers[depth - 1]!, depth, believed);
  }
  const trail: Trail = [];
  if (above === undefined) return { status: 'unknown', rejection: believed.sink[0]! };
  const pool = new CertificatePool({ anchors: [anchor] }, [...issuers, ...(question.others ?? [])]);
  checkRevocation(
    [certificate],
    above,
    {
      path: withSink(believed, rejections),
      index: revocationIndex(knowledge),
      candidates: { pool: () => pool },
      stapled: stapledAnswers(question.stapledOcsp),
      inProgress: [],
      checkRevocation: (chain, state, inner) => checkRevocation(chain, state, inner, []),
    },
    trail,
  );
  const [rejection] = rejections;
  if (rejection === undefined) return { status: 'good', evidence: evidenceOf(trail) };
  const status =
    rejection.reason === 'revoked'
      ? 'revoked'
      : rejection.reason === 'revocation-stale'
        ? 'stale'
        : 'unknown';
  return { status, rejection };
}

const names: readonly string[] = Object.keys({
  certificate: true,
  issuers: true,
  now: true,
  knowledge: true,
  stapledOcsp: true,
  others: true,
  policy: true,
  freshness: true,
} satisfies Record<keyof StatusQuestion, true>);

function checkStatusQuestion(question: StatusQuestion): void {
  const code = 'ENTENTE_BAD_QUESTION';
  if (!isRecord(question))
    throw misuse(code, 'question', 'a question as { certificate, issuers, now, knowledge }', question);
  checksOf(code).names(question, names, 'question');
  const { certificate, issuers, knowledge, others } = question;
  if (!isRecord(certificate)) throw misuse(code, 'question.certificate', 'a certificate', certificate);
  if (!Array.isArray(issuers) || issuers.length === 0)
    throw misuse(code, 'question.issuers', 'a list with the issuer, and those above it', issuers);
  if (!isRecord(knowledge) || !Array.isArray(knowledge.crls))
    throw misuse(code, 'question.knowledge', 'revocation knowledge as { crls }', knowledge);
  if (others !== undefined && !Array.isArray(others))
    throw misuse(code, 'question.others', 'a list of certificates', others);
}
