export type { Account } from './budget/account.ts';
export { CeilingFault } from './budget/ceiling-fault.ts';
export type { Ledger } from './budget/ledger.ts';
export { MessageBudget, type MessageBudgetOptions } from './budget/message-budget.ts';
export type { PeerKind } from './budget/peer-kind.ts';
export { monotonicNow } from './clock/monotonic-clock.ts';
export { type ConnectionLink, SipConnection } from './connection/connection.ts';
export type { ConnectionLimits } from './connection/connection-limits.ts';
export { type DialServerOptions, dialServer } from './connection/dial-server.ts';
export type { DialledSocket, Replaceable } from './connection/dialled-socket.ts';
export type { DrainOptions } from './connection/drain.ts';
export type { GivenUp } from './connection/given-up.ts';
export { HopDownError, type NextHop } from './connection/next-hop.ts';
export { type AgeOptions, whenAged } from './connection/when-aged.ts';
export { countedMethods, TrafficCounts } from './counts/traffic-counts.ts';
export {
  type AskOptions,
  type EndpointOptions,
  type EndpointUser,
  SipEndpoint,
} from './endpoint.ts';
export { TimerWheel, type WheelTimer } from './timer/timer-wheel.ts';
export { createTokenSource } from './token-source.ts';
export { NoAnswerError } from './transaction/no-answer.ts';
export type { TransactionEvent } from './transaction/transaction-channel.ts';
export {
  type ClientTransaction,
  type ClientUser,
  type ServerTransaction,
  type ServerUser,
  silentUser,
} from './transaction/transaction-context.ts';
export type { NotTaken } from './transaction/transaction-layer.ts';
export type { Answer, ChosenAnswer } from './user-agent/answer.ts';
export { Call, type ReferOptions } from './user-agent/call.ts';
export type { SubscribeOptions, Subscription } from './user-agent/dialog-events.ts';
export { IncomingCall } from './user-agent/incoming-call.ts';
export { NotConnectedError } from './user-agent/not-connected.ts';
export type { CallOptions, CallOutcome } from './user-agent/outgoing-call.ts';
export type { RegistrationState, StayTimings } from './user-agent/registration-state.ts';
export type { SessionBody } from './user-agent/session-body.ts';
export { UserAgent } from './user-agent/user-agent.ts';
export type {
  AgentRequestParts,
  ReceivedMessage,
  UserAgentEvents,
  UserAgentOptions,
} from './user-agent/user-agent-options.ts';
export type { UserCredentials } from './user-agent/user-agent-session.ts';
