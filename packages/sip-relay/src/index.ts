export { AckAllowance, type AckRules, defaultAckRules } from './admission/ack-allowance.ts';
export { Admission, type AdmissionOptions } from './admission/admission.ts';
export { believedAnswer } from './admission/believed-answer.ts';
export { clientAddress, isEdge } from './admission/client-address.ts';
export { type Credentials, mayAuthenticate } from './admission/credentials.ts';
export {
  defaultEmergencyRules,
  EmergencyAllowance,
  type EmergencyRules,
} from './admission/emergency-allowance.ts';
export { keepAuthor } from './admission/message-author.ts';
export { overConnection } from './admission/outside-connection.ts';
export { changesPassword, refuseUnprovenChange } from './admission/password-proof.ts';
export { type OwnStanding, refuseEvery } from './admission/refuse-every.ts';
export {
  accountVersionField,
  askedByField,
  behalfOf,
  insiderFields,
  type VouchingServer,
  vouchFor,
} from './admission/register-hops.ts';
export type { AcceptedIdentity, Sender } from './admission/sender.ts';
export { answerWithoutClaims, type ClaimRules, withoutClaims } from './claims/claims-of-outsiders.ts';
export { isAgentOfOthers, partnerClaims } from './claims/claims-of-partners.ts';
export { type DeviceFlow, DeviceFlows, isUnregistered } from './device-flows.ts';
export { changedField, changeFields, type FieldChange, oneLine } from './field-changes.ts';
export { FlowNames } from './flow-tokens.ts';
export { namingFields } from './identity-header-fields.ts';
export {
  type InsideListenOptions,
  InsideSockets,
  type InsideSocketsOptions,
} from './inside/inside-sockets.ts';
export { livingFirst } from './liveness/answering-first.ts';
export { LivingServers, type LivingServersOptions } from './liveness/server-liveness.ts';
export { type SilentServer, silentServer } from './liveness/silent-server.ts';
export { everySecond, type WatchServersOptions, watchServers } from './liveness/watch-servers.ts';
export { connectionLog, type LogConnection, peerName } from './log/connection-log.ts';
export { logTransactions } from './log/transaction-log.ts';
export { budgetMetrics, loadMetrics, type ProxyCounts, proxyMetrics } from './metrics/proxy-metrics.ts';
export { namesOurDomain } from './names-our-domain.ts';
export { numberingOf } from './numbering/numbering-of.ts';
export {
  isUnnamedCaller,
  type OutsideCallerKnowledge,
  refuseOutsideCaller,
} from './numbering/outside-caller.ts';
export type { ProxyDecision, ProxyPolicy, RelayDecision, RequestOrigin } from './proxy-policy.ts';
export { ProxyRuntime, type ProxyRuntimeOptions } from './proxy-runtime.ts';
export { type NotSent, notDialled, notSentOut } from './relay/link-not-allowed.ts';
export { Relay } from './relay/relay.ts';
export type { RelayOptions } from './relay/relay-options.ts';
export type { LaterAnswers, RelayRules, Unreachable } from './relay/relay-rules.ts';
export { askPolicies, type NamedPolicy, type RefusedByPolicy } from './request-policy/ask-policies.ts';
export { policiesOfPlugins } from './request-policy/policies-of-plugins.ts';
export { withPolicies } from './request-policy/with-policies.ts';
export {
  type MemberServer,
  type MemberServerConfig,
  type MemberServerParts,
  openMemberServer,
} from './server/member-server.ts';
export { OpenedParts } from './server/opened-parts.ts';
export { withoutFields } from './without-fields.ts';
