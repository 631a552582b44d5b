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
export { applyRouteSet, type RoutedTarget } from './dialog/route-set.ts';
export { type DigestAlgorithm, digestAlgorithm } from './digest/algorithm.ts';
export { answerChallenge, type ClientSecret, selectChallenges } from './digest/answer.ts';
export { type DigestAuthorization, parseAuthorization } from './digest/authorization.ts';
export { createChallenge, type DigestChallenge, parseChallenge } from './digest/challenge.ts';
export { type CredentialRecord, createCredentialRecord, digestA1 } from './digest/credential-record.ts';
export { createNonce, type NonceVerdict, nonceSaltBytes, verifyNonce } from './digest/nonce.ts';
export { type ReplayVerdict, ReplayWindow } from './digest/replay-window.ts';
export {
  type AuthorizationFault,
  type AuthorizationVerdict,
  type VerifyOptions,
  verifyAuthorization,
} from './digest/verify.ts';
export type { TransactionTimer } from './timers/timer-name.ts';
export { defaultTimings, type Timings } from './timers/timings.ts';
export { ackForFailure } from './transaction/ack.ts';
export { createCancel } from './transaction/cancel.ts';
export { EffectQueue, type TransactionEffect } from './transaction/effect-queue.ts';
export { type InviteClientState, InviteClientTransaction } from './transaction/invite-client.ts';
export { type InviteServerState, InviteServerTransaction } from './transaction/invite-server.ts';
export { clientTransactionKey, serverTransactionKey } from './transaction/key.ts';
export { NonInviteClientTransaction, type NonInviteState } from './transaction/non-invite-client.ts';
export { NonInviteServerTransaction } from './transaction/non-invite-server.ts';
export type { TransactionEnd, TransactionSink } from './transaction/sink.ts';
export type { ClientTransaction, ServerTransaction, Transaction } from './transaction/transaction.ts';
