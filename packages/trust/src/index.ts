export { allowNames } from './allow-names.ts';
export type { AnchorLimits, AnchorSet, TrustAnchor } from './anchor.ts';
export type { Authorise, Authorised } from './authorise.ts';
export { type CertificateStatus, certificateStatus, type StatusQuestion } from './certificate-status.ts';
export { latestSignedTime } from './clock/latest-signed-time.ts';
export { anchorSet, createJudge, type JudgeOptions } from './create-judge.ts';
export type { DaneExpectation, TlsaRecord } from './dane/tlsa-record.ts';
export type { Evidence, SearchSpent, Stage } from './evidence.ts';
export { explain } from './explain/explain.ts';
export type { ExplainNode, ExplainTree } from './explain/explain-tree.ts';
export { renderExplain } from './explain/render-explain.ts';
export type { ValidatedPath } from './path/validated-path.ts';
export type { PeerIdentity } from './peer-identity.ts';
export type { PolicyStage } from './policy-stage.ts';
export type {
  ExtKeyUsageRules,
  InitialPolicies,
  RevocationRules,
  SearchBudget,
  TrustPolicy,
} from './profile.ts';
export { type ProfileName, profiles } from './profiles.ts';
export type { IdentityExpectation, LinkContext, PresentedChain } from './question.ts';
export { ranked, reasonCatalogue, reject } from './reasons/catalogue.ts';
export type { ReasonEntries, ReasonEntry } from './reasons/entry.ts';
export type { AtCertificate, Reason, ReasonData, Rejection, RejectionOf } from './reasons/rejection.ts';
export type { RevocationKnowledge } from './revocation/knowledge.ts';
export { enterpriseRevocation, partnerRevocation, type RevocationPolicy } from './revocation/policy.ts';
export type { CertificateRule } from './rules/certificate-rules.ts';
export { type AlgorithmPolicy, historicAlgorithms, modernAlgorithms } from './signatures/algorithm-policy.ts';
export { isSignedBy } from './signatures/is-signed-by.ts';
export type { Judge, Question, TrustVerdict } from './verdict.ts';
