export { type Change, type Effect, strongestEffect } from './change/change.ts';
export { inWords } from './change/describe-value.ts';
export { diffTopologies } from './change/diff-topologies.ts';
export { type CheckCode, checkCodes } from './checks/check-codes.ts';
export { checkDocument } from './checks/check-document.ts';
export { canonicalJson } from './document/canonical-json.ts';
export {
  type AdministratorKey,
  type AdministratorSet,
  type Anchors,
  type DomainEntry,
  type InterfaceEntry,
  type LinkNarrowing,
  type PoolEntry,
  type ServerEntry,
  type ServerFlags,
  type SignatureAlgorithm,
  type SiteEntry,
  type StoreEntry,
  type TopologyDocument,
  topologyFormat,
} from './document/document.ts';
export type {
  AllowedDomain,
  AllowedServer,
  AnchorReference,
  BlockedPartner,
  BundleSource,
  EnterpriseAnchorReference,
  Partner,
  Provider,
  RootStage,
} from './document/partner.ts';
export {
  defaultPolicies,
  type EffectivePolicies,
  effectivePolicies,
  type Policies,
  type RevocationRule,
} from './document/policies.ts';
export { documentSchema, entryLimits, topologyJsonSchema } from './document/schema.ts';
export { checkShape, type ShapeCode, type ShapeResult } from './document/shape-problems.ts';
export {
  defaultTelephony,
  type EffectiveTelephony,
  type NumberRoute,
  type NumberRuleEntry,
  type Telephony,
} from './document/telephony.ts';
export { administratorSetHash, topologyHash } from './document/topology-hash.ts';
export { takesFrom } from './matrix/accepts-links-on-row.ts';
export {
  authorise,
  type Confirmation,
  type LinkDirection,
  type LocalEnd,
  type PeerNames,
  refuseUnconfirmed,
  type TopologyAuthorised,
} from './matrix/authorise.ts';
export { authoriseStore, type StoreAuthorised } from './matrix/authorise-store.ts';
export { directorsFor, hasDirectors } from './matrix/directors-for.ts';
export { hopFinder, type ServerHop } from './matrix/hop-finder.ts';
export { hopRejection } from './matrix/hop-rejection.ts';
export { type Link, linkOfServer, noLink } from './matrix/link-of.ts';
export type { Direction, Party, Protection, Row, RowSide } from './matrix/link-row.ts';
export { allowMatrix, links } from './matrix/links.ts';
export { mayOpen } from './matrix/may-open.ts';
export { mayReceiveUnauthenticated } from './matrix/may-receive-unauthenticated.ts';
export { mayRequest, type RequestAllowed } from './matrix/may-request.ts';
export { type DialTarget, dialTargets, peersOf } from './matrix/peers-of.ts';
export { mayAskAuthority, pushTargets, takesPushes } from './matrix/pushes.ts';
export type { TopologyReason, TopologyRejection } from './matrix/rejection.ts';
export type { RequestEnd } from './matrix/request-end.ts';
export { type RequestRule, requestRule } from './matrix/request-rule.ts';
export { outsideObjectUrls, publishesOutside } from './matrix/urls-of-public-objects.ts';
export { type Application, applicationOf, isOwnAddress } from './network/application-of.ts';
export { buildTopology } from './network/build-topology.ts';
export { certificateNames, type InterfaceCertificate } from './network/certificate-names.ts';
export { type EnterpriseRoot, enterpriseRoots } from './network/enterprise-roots.ts';
export { revocationPolicy, type TopologyRevocation } from './network/revocation-policy.ts';
export { type RouteAddress, routeAddress, routeName, serversBehind } from './network/route-names.ts';
export type { Narrowing, Pool, Server, ServerInterface, Topology } from './network/topology.ts';
export { type Standing, trustStateStanding } from './network/trust-state-standing.ts';
export {
  carriedHeaders,
  formatPushAnswer,
  isCarried,
  maxPushAnswerLength,
  maxPushedBody,
  maxPushedRequests,
  maxWaitingRequests,
  type PushAnswer,
  type PushedRequest,
  parsePushAnswer,
  pushAnswerFormat,
  pushedHeaders,
  pushedStatusHeader,
  pushPaths,
} from './push/push-answer.ts';
export type { TopologyRefusal, TopologyRefusalReason } from './signing/refusal.ts';
export { addSignature, signTopology, type TopologySigner } from './signing/sign-topology.ts';
export {
  type DecodeSignedResult,
  type DetachedSignature,
  decodeSignedTopology,
  encodeSignedTopology,
  type SignedTopology,
} from './signing/signed-topology.ts';
export { type ChainResult, verifyChain } from './signing/verify-chain.ts';
export { type LinkResult, verifyLink } from './signing/verify-link.ts';
export { type TopologyKnowledge, type VerifyResult, verifyTopology } from './signing/verify-topology.ts';
export { TopologyFault, type TopologyFaultCode } from './terms/fault.ts';
export { checkTopology } from './terms/given.ts';
export type { Path, Problem } from './terms/problem.ts';
export {
  defaultPorts,
  type InterfaceName,
  type Role,
  roles,
  type Service,
  services,
  sipRoles,
  type Zone,
  zoneOfRole,
} from './terms/roles.ts';
export {
  formatMemberProblems,
  maxMemberProblems,
  maxProblemsLength,
  maxProblemText,
  memberProblemsFormat,
  parseMemberProblems,
  type ReportedMemberProblem,
} from './trust-state/member-problems.ts';
export {
  formatMemberStanding,
  type MemberStanding,
  maxStandingLength,
  memberStandingFormat,
  parseMemberStanding,
} from './trust-state/member-standing.ts';
export {
  refuseTrustState,
  type TrustStateKnowledge,
  type TrustStateMark,
  type TrustStateRefusal,
  type TrustStateRefusalReason,
} from './trust-state/refuse-trust-state.ts';
export {
  type DecodedTrustState,
  decodeTrustState,
  maxStateCertificates,
  type SignedTrustState,
  signTrustState,
  type TrustStateSigner,
  trustStateMediaType,
} from './trust-state/signed-trust-state.ts';
export {
  anchorsHash,
  asTrustState,
  compareNamedLists,
  isoTime,
  maxListBytes,
  maxNamedLists,
  type NamedList,
  type TrustState,
  trustStateFormat,
  trustStateLifetimeMs,
} from './trust-state/trust-state.ts';
