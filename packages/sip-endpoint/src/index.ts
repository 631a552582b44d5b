export type { Account } from './budget/account.ts';
export { CeilingFault } from './budget/ceiling-fault.ts';
export type { Ledger } from './budget/ledger.ts';
export { MessageBudget, type MessageBudgetOptions } from './budget/message-budget.ts';
export type { PeerKind } from './budget/peer-kind.ts';
export { monotonicNow } from './clock/monotonic-clock.ts';
export {
  type ConnectionLimits,
  type ConnectionLink,
  type GivenUp,
  SipConnection,
} from './connection/connection.ts';
export { type DialServerOptions, dialServer } from './connection/dial-server.ts';
export type { DialledSocket, Replaceable } from './connection/dialled-socket.ts';
export type { DrainOptions } from './connection/drain.ts';
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
export { Call, type CallOutcome, IncomingCall, type SessionBody } from './user-agent/call.ts';
export { NotConnectedError } from './user-agent/not-connected.ts';
export {
  type ReceivedMessage,
  UserAgent,
  type UserAgentEvents,
  type UserAgentOptions,
} from './user-agent/user-agent.ts';
export type { UserCredentials } from './user-agent/user-agent-session.ts';
