export {
  type AcceptedIdentity,
  Admission,
  type AdmissionOptions,
  type Credentials,
} from './admission/admission.ts';
export {
  type EndpointLog,
  logConnection,
  logMessageFault,
  logRequestRefusal,
  peerName,
} from './connection-log.ts';
export { FlowNames } from './flow-names.ts';
export { type NoWay, Relay, type RelayRules } from './relay/relay.ts';
export { askPolicies, type NamedPolicy, type RefusedByPolicy } from './request-policy/ask-policies.ts';
