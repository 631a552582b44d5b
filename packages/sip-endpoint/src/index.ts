export { Call, type CallOutcome, IncomingCall, type SessionBody } from './call.ts';
export { type ConnectionLimits, type ConnectionLink, SipConnection } from './connection.ts';
export {
  type EndpointLog,
  logConnection,
  logMessageFault,
  logRequestRefusal,
  peerName,
} from './connection-log.ts';
export { type DialServerOptions, dialServer } from './dial-server.ts';
export {
  type AskOptions,
  type EndpointOptions,
  type EndpointUser,
  NoAnswerError,
  SipEndpoint,
} from './endpoint.ts';
export { FlowNames } from './flow-names.ts';
export { type Hop, HopDownError } from './hop.ts';
export { type NoWay, Relay, type RelayRules } from './relay.ts';
export { createTokenSource } from './token-source.ts';
export type { ClientTransaction, ClientUser, ServerTransaction, ServerUser } from './transaction-layer.ts';
export {
  type ReceivedMessage,
  UserAgent,
  type UserAgentEvents,
  type UserAgentOptions,
} from './user-agent.ts';
export type { UserCredentials } from './user-agent-session.ts';
