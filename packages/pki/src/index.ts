export type { AuthorityName } from './ceremony/authority-name.ts';
export { type AuthorityRequestOptions, createAuthorityRequest } from './ceremony/authority-request.ts';
export { type CertifyIssuingOptions, certifyIssuing, issuingName } from './ceremony/certify-issuing.ts';
export { createIssuingAuthority, type IssuingAuthorityOptions } from './ceremony/issuing-authority.ts';
export { type AuthorityKeyKind, authorityKeyAlgorithms } from './ceremony/key-algorithm.ts';
export {
  type CrossCertifyOptions,
  createNextRoot,
  crossCertify,
  crossPathLength,
  mayCrossCertify,
  type NextRootOptions,
  rootName,
  rootPathLength,
} from './ceremony/new-root.ts';
export { createOutsideAuthority, type OutsideAuthorityOptions } from './ceremony/outside-authority.ts';
export { createRootAuthority, type RootAuthorityOptions } from './ceremony/root-authority.ts';
export {
  type KeysInUse,
  keysInUse,
  mostPoolKeys,
  type PoolKey,
  type PoolKeys,
  poolKeyBytes,
} from './domain-keys/pool-keys.ts';
export {
  formatPoolKeys,
  maxPoolKeysLength,
  parsePoolKeys,
  poolKeysMediaType,
} from './domain-keys/pool-keys-text.ts';
export {
  announcedMs,
  announcedPromptlyMs,
  firstPoolKeys,
  isRotationDue,
  opensAfterMs,
  type RotationOptions,
  type RotationReason,
  rotatePoolKeys,
  sealsMs,
} from './domain-keys/rotation.ts';
export { refuseAlreadyJoined } from './enrolment/already-joined.ts';
export {
  type EnrolHandler,
  type EnrolledPeer,
  type EnrolOptions,
  enrolHandler,
} from './enrolment/enrol-handler.ts';
export { issueJoinToken, type JoinTokenOptions, type JoinTokenOrder } from './enrolment/issue-join-token.ts';
export {
  createJoinToken,
  formatJoinToken,
  type JoinToken,
  joinTokenSecretHash,
  maxJoinTokenMs,
  type ParsedJoinToken,
  parseJoinToken,
} from './enrolment/join-token.ts';
export { readBody } from './enrolment/read-body.ts';
export { PkiFault, type PkiFaultCode } from './ground/fault.ts';
export { createIssuer, type Issuer } from './ground/issuer.ts';
export { issuerId, publicationPaths, spkiHash } from './ground/issuer-id.ts';
export {
  administratorNames,
  administratorOf,
  type CertificateProfile,
  profiles,
  trustStateName,
  trustStatePurpose,
  userNames,
} from './ground/profile.ts';
export { alarmingReasons, type PkiReason, type PkiRefusal, pkiReasons, refuse } from './ground/refusal.ts';
export type {
  IssuanceDecision,
  IssuanceOutcome,
  IssuanceRequest,
  IssuedCertificate,
  MayIssue,
  ProfileName,
  Requester,
} from './ground/request.ts';
export {
  isRevocationReason,
  type RevocationReason,
  revocationReasonCodes,
} from './ground/revocation-reason.ts';
export { drawSerialNumber } from './ground/serial-number.ts';
export type { Clock, RandomBytes, SignatureScheme, Signer } from './ground/signer.ts';
export {
  backdateMs,
  issuingAuthorityLifetimeMs,
  rootLifetimeMs,
  rootListLifetimeMs,
} from './ground/validity.ts';
export {
  type CertificateApplication,
  createIssuance,
  type Issuance,
  type IssuanceOptions,
  type SignedLeaf,
} from './issuing/issuance.ts';
export type { LeafKey } from './issuing/leaf-template.ts';
export type { OutsideView } from './issuing/leaf-templates.ts';
export {
  type LintFinding,
  type LintRule,
  type LintSubject,
  lintCertificate,
  lintRules,
} from './issuing/lint.ts';
export { revokeUnfinished } from './issuing/revoke-unfinished.ts';
export { rootsHandler, type TrustBundle, trustBundleHandler } from './publication/bundle-handler.ts';
export { hasObject } from './publication/if-none-match.ts';
export {
  type Handler,
  objectsHandler,
  type PublishedIssuer,
  publishedObjects,
} from './publication/objects-handler.ts';
export { type Problem, plainRefusal, problemResponse } from './publication/problem.ts';
export { sharedBody } from './publication/shared-body.ts';
export { answerWithObject, objectHeaders, type PublicObject } from './publication/signed-object.ts';
export { type CrlContent, createCrl } from './revocation/create-crl.ts';
export {
  type CrlPublisher,
  type CrlPublisherOptions,
  createCrlPublisher,
  crlLifetimeMs,
  type PublishedCrl,
} from './revocation/crl-publisher.ts';
export {
  createRevocationDesk,
  type PublishedRevocation,
  type RevocationDesk,
  type RevocationOutcome,
  type RevokedAtOnce,
} from './revocation/revocation-desk.ts';
export type { AnswerKnowledge } from './rollover/answer-knowledge.ts';
export {
  activationDue,
  activationTime,
  activeOf,
  afterStep,
  isOfTheFuture,
  isRootListDue,
  keyWaitMs,
  listMarginMs,
  nextStep,
  preparationDue,
  type RolloverStep,
  type RolloverView,
  type RootListTimes,
  type RootNeeds,
  retirementsDue,
  retirementTime,
  rootListDue,
  rootNeeds,
  settleMs,
  successorOf,
} from './rollover/decide-rollover-step.ts';
export { listAddressesIn } from './rollover/exact-certificate.ts';
export {
  examineRootRequest,
  type RootKnowledge,
  type RootPlan,
} from './rollover/examine-request.ts';
export { findIssued, type KnownIssuers } from './rollover/find-issued.ts';
export {
  formatIssuers,
  type IssuerRecord,
  type IssuerStage,
  parseIssuers,
} from './rollover/issuer-record.ts';
export { type PrepareRootOptions, prepareRoot } from './rollover/prepare-root.ts';
export { rollingDesk } from './rollover/rolling-desk.ts';
export { type LiveIssuers, rollingIssuance } from './rollover/rolling-issuance.ts';
export { type RollingPublisher, rollingPublisher } from './rollover/rolling-publisher.ts';
export {
  formatRootAnswer,
  formatRootRequest,
  maxRootDocumentLength,
  type PreparedRoot,
  parseRootAnswer,
  parseRootRequest,
  type RootAnswer,
  type RootRequest,
} from './rollover/root-documents.ts';
export { formatRoots, parseRoots, type RootRecord } from './rollover/root-record.ts';
export { type Checked, type RootReason, type RootRefusal, rootReasons } from './rollover/root-refusal.ts';
export { type SignAnswerOptions, signRootAnswer } from './rollover/sign-answer.ts';
export { type VerifiedAnswer, verifyRootAnswer } from './rollover/verify-answer.ts';
export type { VerifiedRoot } from './rollover/verify-next-root.ts';
export { type RolloverWarning, rolloverWarnings, rootListWarnings } from './rollover/warnings.ts';
