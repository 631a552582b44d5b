export { checkedBounds } from './checked-bounds.ts';
export { bestCandidate, type Candidate, finalResponse } from './forking/best-response.ts';
export {
  Branch,
  defaultResponseContextTimes,
  ResponseContext,
  type ResponseContextSink,
  type ResponseContextTimes,
} from './forking/response-context.ts';
export { shareBreadth } from './forking/share-breadth.ts';
export { type SelectedTargets, selectTargets, type Target, type TargetGroups } from './forking/targets.ts';
export {
  type AuthenticatedUser,
  type AuthenticateOptions,
  type Authentication,
  authenticate,
  type CredentialField,
  claimedUsername,
  credentialField,
  userAddress,
} from './identity/authenticate.ts';
export {
  defaultGuessRules,
  type GuessedUser,
  GuessLimit,
  type GuessPlace,
  type GuessRules,
} from './identity/guess-limit.ts';
export {
  type AssertedIdentity,
  applyIdentity,
  identityInDialog,
  identityOf,
  type Sender,
  stripIdentity,
} from './identity/identity.ts';
export { deviceOf, instanceOf } from './locations/device.ts';
export { mediaRefusal, type SrtpSetting } from './media/media-refusal.ts';
export { gruusOf, isTemporaryGruu, openTemporaryGruu, type TemporaryGruu } from './registration/gruu.ts';
export {
  type RegisteredDevice,
  registeredDevices,
} from './registration/registered-devices.ts';
export {
  type RegisterContext,
  type Registration,
  register,
  registerChange,
  registeredAddress,
  registrarExtensions,
} from './registration/registrar.ts';
export { defaultRegistrationPolicy, type RegistrationPolicy } from './registration/registration-policy.ts';
export { incomingBreadth, maxBreadth } from './request/breadth.ts';
export { createBranch, loopHash, loopHashOf } from './request/loop-hash.ts';
export {
  type RefusalReason,
  type RefuseDecision,
  type RequestRefusal,
  refusal,
  refusalReasons,
  refuse,
  responseForRefusal,
  warning,
  warning399,
} from './request/refusal.ts';
export { refuseRequired } from './request/required-extensions.ts';
export { type ValidateOptions, validateRequest } from './request/validate.ts';
export { type Arrival, decideRoute, type RouteDecision, type RouteKnowledge } from './route/decide-route.ts';
export { type DialogEnd, type DialogSide, dialogContext, otherSide, unknownEnd } from './route/dialog-end.ts';
export {
  beginsDialog,
  type ForwardOptions,
  forwardRequest,
  forwardResponse,
  lacksSource,
  noteSource,
  type SourceAddress,
} from './route/forward.ts';
export { handedOnEntry, writerOf } from './route/handed-on-route-entry.ts';
export { isNotifyInDialog, notifyEntries } from './route/notify-entries.ts';
export type { OwnAddress } from './route/own-address.ts';
export {
  type PreprocessedRequest,
  preprocessRoutes,
  schemeOfEntries,
  unreadableRoute,
} from './route/preprocess.ts';
export { registerElsewhere, registerInDialog } from './route/register-refusals.ts';
export {
  type DialogToken,
  type EntryOptions,
  openRouteToken,
  type PathToken,
  pathEntry,
  type RouteToken,
  recordRouteEntry,
} from './route/route-token.ts';
export { userWithoutHome } from './route/user-without-home.ts';
export { type EpochKey, type EpochKeys, singleEpoch } from './sealing/epoch-keys.ts';
export { createSealing } from './sealing/epoch-sealing.ts';
export type { Sealing } from './sealing/sealing.ts';
export {
  type DialledNumber,
  isTelephoneUri,
  type NumberProblem,
  type ReadNumber,
  readNumber,
} from './telephone/dialled-number.ts';
export {
  isEmergencyNumber,
  type NormalisedNumber,
  type Numbering,
  type NumberRule,
  normaliseNumber,
  numberOf,
} from './telephone/normalise-number.ts';
export { hidePath, hideRecordRoute, recordRouteOf, restorePath } from './topology-hiding/hidden-path.ts';
export { hideInsideNames, type InsideNames } from './topology-hiding/hide-inside-names.ts';
export { type RevealedRoutes, revealRoutes } from './topology-hiding/reveal-routes.ts';
export { hideContacts, revealContact } from './topology-hiding/sealed-contact.ts';
export {
  type OpenedRoute,
  openRoute,
  routeTooLong,
  type SealedRoute,
  sealedEntry,
} from './topology-hiding/sealed-route.ts';
