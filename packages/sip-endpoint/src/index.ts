export { Call, type CallOutcome, IncomingCall, type SessionBody } from './call.ts';
export { type ConnectionLimits, type ConnectionLink, SipConnection } from './connection.ts';
export { type DialServerOptions, dialServer } from './dial-server.ts';
export {
  type AskOptions,
  type EndpointOptions,
  type EndpointUser,
  NoAnswerError,
  SipEndpoint,
} from './endpoint.ts';
export { HopDownError, type NextHop } from './next-hop.ts';
export { TimerWheel, type WheelTimer } from './timer-wheel.ts';
export { createTokenSource } from './token-source.ts';
export {
  type ClientTransaction,
  type ClientUser,
  type ServerTransaction,
  type ServerUser,
  silentUser,
} from './transaction-layer.ts';
export {
  type ReceivedMessage,
  UserAgent,
  type UserAgentEvents,
  type UserAgentOptions,
} from './user-agent.ts';
export type { UserCredentials } from './user-agent-session.ts';
