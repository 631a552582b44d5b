export {
  Dialog,
  DialogFault,
  type DialogParts,
  type DialogState,
  type InDialogParts,
  type InDialogVerdict,
} from './dialog/dialog.ts';
export { dialogId, dialogIdOfRequest, dialogIdOfResponse } from './dialog/dialog-id.ts';
export { dialogOfRequest, dialogOfResponse, type Established } from './dialog/establish.ts';
export { decideRefer, type ReferDecision, sipfragOf, sipfragType } from './dialog/refer.ts';
export {
  type ProvisionalReliability,
  provisionalReliability,
  ReliableProvisionals,
  type ReliableProvisionalsSink,
  type ReliableTimer,
} from './dialog/reliable-provisionals.ts';
export { createPrack, ReliableResponses, type ReliableResponseVerdict } from './dialog/reliable-responses.ts';
export { decideReplaces, type ReplacesDecision } from './dialog/replaces.ts';
export { applyRouteSet, type RoutedTarget } from './dialog/route-set.ts';
export {
  glareDelayMs,
  SessionChanges,
  type SessionChangeVerdict,
  type SessionMethod,
} from './dialog/session-changes.ts';
export { type DigestAlgorithm, digestAlgorithm, digestHexLength } from './digest/algorithm.ts';
export { answerChallenge, selectChallenges } from './digest/answer.ts';
export {
  type AuthenticationInfoVerdict,
  createAuthenticationInfo,
  verifyAuthenticationInfo,
} from './digest/authentication-info.ts';
export { type DigestAuthorization, parseAuthorization } from './digest/authorization.ts';
export { createChallenge, type DigestChallenge, parseChallenge } from './digest/challenge.ts';
export {
  type CredentialRecord,
  createCredentialRecord,
  digestA1,
  hashUsername,
} from './digest/credential-record.ts';
export {
  createNonce,
  type NonceVerdict,
  nonceSaltBytes,
  type PoolNonceKeys,
  verifyNonce,
} from './digest/nonce.ts';
export { type ReplayVerdict, ReplayWindow } from './digest/replay-window.ts';
export type { QualityOfProtection } from './digest/request-digest.ts';
export {
  cnonceFor,
  type OpenedVerifiers,
  openVerifiers,
  passwordEvent,
  sealedVerifiersType,
  sealSaltBytes,
  sealVerifiers,
} from './digest/sealed-verifiers.ts';
export type { ClientSecret } from './digest/secret.ts';
export {
  type AuthorizationFault,
  type AuthorizationVerdict,
  type VerifyOptions,
  verifyAuthorization,
} from './digest/verify.ts';
export {
  decideSubscribe,
  type SubscribeDecision,
  type SubscribePolicy,
} from './subscription/decide-subscribe.ts';
export { endsSubscription } from './subscription/ending-status.ts';
export { Notifier, type NotifierSink, type NotifierState } from './subscription/notifier.ts';
export {
  Subscriber,
  type SubscriberSink,
  type SubscriberState,
  type SubscriberTimer,
  type SubscriptionEnd,
} from './subscription/subscriber.ts';
export {
  formatSubscriptionState,
  readSubscriptionState,
  type SubscriptionState,
} from './subscription/subscription-state.ts';
export {
  type ProxiedSessionTimer,
  type ProxySessionDecision,
  proxySessionRequest,
  proxySessionResponse,
} from './timers/session-at-proxy.ts';
export {
  answerSessionTimer,
  type SessionInterval,
  type SessionTimerAnswer,
  sessionTimerHeaders,
  sessionTimerOfResponse,
} from './timers/session-interval.ts';
export { SessionTimer, type SessionTimerName, type SessionTimerSink } from './timers/session-timer.ts';
export type { TransactionTimer } from './timers/timer-name.ts';
export { defaultTimings, type Timings } from './timers/timings.ts';
export { ackForFailure } from './transaction/ack.ts';
export { createCancel } from './transaction/cancel.ts';
export { EffectQueue, type TransactionEffect } from './transaction/effect-queue.ts';
export { type InviteClientState, InviteClientTransaction } from './transaction/invite-client.ts';
export { type InviteServerState, InviteServerTransaction } from './transaction/invite-server.ts';
export { clientTransactionKey, serverTransactionKey, transactionBranch } from './transaction/key.ts';
export { NonInviteClientTransaction, type NonInviteState } from './transaction/non-invite-client.ts';
export { NonInviteServerTransaction } from './transaction/non-invite-server.ts';
export type { TransactionEnd, TransactionSink } from './transaction/sink.ts';
export type { ClientTransaction, ServerTransaction, Transaction } from './transaction/transaction.ts';
