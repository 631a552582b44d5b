export type { DaneExpectation, TlsaRecord } from './dane/tlsa-record.ts';
export { escapeInvisible } from './explain/escape-invisible.ts';
export { explain } from './explain/explain.ts';
export type { ExplainNode, ExplainTree } from './explain/explain-tree.ts';
export { renderExplain } from './explain/render-explain.ts';
export { shellWord } from './explain/shell-word.ts';
export { TrustFault, type TrustFaultCode } from './fault.ts';
export { allowNames } from './identity/allow-names.ts';
export type { Authorise, Authorised } from './identity/authorise.ts';
export type { PeerIdentity } from './identity/peer-identity.ts';
export {
  type CertificateStatus,
  certificateStatus,
  type StatusQuestion,
} from './judge/certificate-status.ts';
export { anchorSet, createJudge } from './judge/create-judge.ts';
export type { JudgeOptions } from './judge/judge-options.ts';
export type { PolicyStage } from './judge/judge-sources.ts';
export type { Judge, Question, TrustVerdict } from './judge/verdict.ts';
export type { RevocationKnowledge } from './knowledge/revocation-knowledge.ts';
export { GatheredOctets } from './octets/growing-buffer.ts';
export type { ValidatedPath } from './path/validated-path.ts';
export type { AnchorLimits, AnchorSet, TrustAnchor } from './policy/anchor.ts';
export type {
  ExtKeyUsageRules,
  InitialPolicies,
  RevocationRules,
  SearchBudget,
  TrustPolicy,
} from './policy/profile.ts';
export { type ProfileName, profiles } from './policy/profiles.ts';
export {
  enterpriseRevocation,
  partnerRevocation,
  type RevocationPolicy,
} from './policy/revocation-policy.ts';
export type { IdentityExpectation } from './question/identity-expectation.ts';
export type { LinkContext } from './question/link-context.ts';
export type { PresentedChain } from './question/presented-chain.ts';
export { ranked, reasonCatalogue, reject } from './reasons/catalogue.ts';
export type { ReasonEntries, ReasonEntry } from './reasons/entry.ts';
export type { Evidence, SearchSpent, Stage } from './reasons/evidence.ts';
export type { AtCertificate, Reason, ReasonData, Rejection, RejectionOf } from './reasons/rejection.ts';
export type { CertificateRule } from './rules/certificate-rules.ts';
export { type AlgorithmPolicy, historicAlgorithms, modernAlgorithms } from './signatures/algorithm-policy.ts';
export { isSignedBy, isSignedByInPool } from './signatures/is-signed-by.ts';
export { latestSignedTime } from './signatures/latest-signed-time.ts';
