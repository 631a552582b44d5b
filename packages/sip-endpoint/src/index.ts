export type { AskOptions } from './ask-options.ts';
export type { Account } from './budget/account.ts';
export { CeilingFault } from './budget/ceiling-fault.ts';
export type { Ledger } from './budget/ledger.ts';
export { MessageBudget, type MessageBudgetOptions } from './budget/message-budget.ts';
export type { PeerKind } from './budget/peer-kind.ts';
export { monotonicNow } from './clock/monotonic-clock.ts';
export type { GivenUp } from './connection/close-reason.ts';
export { SipConnection } from './connection/connection.ts';
export type { ConnectionLimits } from './connection/connection-limits.ts';
export type { ConnectionLink } from './connection/connection-user.ts';
export { type DialServerOptions, dialServer } from './connection/dial-server.ts';
export type { DialledSocket, Replaceable } from './connection/dialled-socket.ts';
export { DisposedError } from './connection/disposed-error.ts';
export type { DrainOptions } from './connection/drain.ts';
export { HopDownError, type NextHop } from './connection/next-hop.ts';
export { processLoad } from './connection/process-load.ts';
export type { HeldUp } from './connection/read-pause-reason.ts';
export { type AgeOptions, whenAged } from './connection/redial-time.ts';
export { countedMethods, TrafficCounts } from './counts/traffic-counts.ts';
export { SipEndpoint } from './endpoint.ts';
export type { EndpointOptions, EndpointUser } from './endpoint-options.ts';
export {
  type AskedRequest,
  defaultOverloadRules,
  OverloadControl,
  type OverloadRules,
  type RequestUrgency,
} from './overload/overload-control.ts';
export { TimerWheel, type WheelTimer } from './timer/timer-wheel.ts';
export { createTokenSource } from './token-source.ts';
export type { AcceptedEnd, AcceptedInvite, AcceptedUser } from './transaction/accepted-invite.ts';
export type { AcceptedInvites } from './transaction/accepted-invites.ts';
export { NoAnswerError } from './transaction/no-answer-error.ts';
export type { NotTaken } from './transaction/not-taken-reason.ts';
export type { NotTakenRequest } from './transaction/stateless-refusal.ts';
export type { TransactionEvent } from './transaction/transaction-channel.ts';
export {
  type ClientTransaction,
  type ClientUser,
  type ServerTransaction,
  type ServerUser,
  silentUser,
} from './transaction/transaction-context.ts';
export type { AgentSubscription } from './user-agent/agent-subscription.ts';
export type { SubscribeOutcome } from './user-agent/agent-subscriptions.ts';
export { type Answer, type AnswerParts, answerAsChosen, type ChosenAnswer } from './user-agent/answer.ts';
export type { BridgeOutcome, PlaceCall } from './user-agent/bridge-calls.ts';
export { Call, type ReferOptions } from './user-agent/call.ts';
export { dialAsUser } from './user-agent/dial-as-user.ts';
export type { SubscribeOptions, Subscription } from './user-agent/dialog-events.ts';
export { IncomingCall, type IncomingCallParts } from './user-agent/incoming-call.ts';
export type { Line } from './user-agent/line.ts';
export { NotConnectedError } from './user-agent/not-connected.ts';
export { OpenCalls } from './user-agent/open-calls.ts';
export { type CallOptions, type CallOutcome, placeCall } from './user-agent/outgoing-call.ts';
export type { RequestPace } from './user-agent/pacing.ts';
export type { RegistrationState, StayTimings } from './user-agent/registration-state.ts';
export type { SessionBody } from './user-agent/session-body.ts';
export type { AgentSubscribeOptions } from './user-agent/subscription-dialog.ts';
export { UserAgent } from './user-agent/user-agent.ts';
export type {
  AgentRequestParts,
  ReceivedMessage,
  UserAgentEvents,
  UserAgentOptions,
  UserServer,
  UserSocket,
} from './user-agent/user-agent-options.ts';
export { type UserCredentials, UserSession } from './user-agent/user-agent-session.ts';
