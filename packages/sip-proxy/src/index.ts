export {
  type AuthenticatedUser,
  type AuthenticateOptions,
  type Authentication,
  authenticate,
  claimedUsername,
  userAddress,
} from './authenticate.ts';
export { bestCandidate, type Candidate, finalResponse } from './best-response.ts';
export { incomingBreadth, maxBreadth, shareBreadth } from './breadth.ts';
export { type Arrival, decideRoute, type RouteDecision, type RouteKnowledge } from './decide-route.ts';
export { beginsDialog, type ForwardOptions, forwardRequest, forwardResponse } from './forward.ts';
export { gruusOf, openTemporaryGruu } from './gruu.ts';
export { hidePath, hideRecordRoute, recordRouteOf, restorePath } from './hidden-path.ts';
export { type AssertedIdentity, applyIdentity, identityOf, type Sender, stripIdentity } from './identity.ts';
export { createBranch, loopHash, loopHashOf } from './loop-hash.ts';
export { type PreprocessedRequest, preprocessRoutes, schemeOfEntries } from './preprocess.ts';
export {
  type RefusalReason,
  type RequestRefusal,
  refusal,
  refusalReasons,
  responseForRefusal,
  warning399,
} from './refusal.ts';
export {
  type RegisterContext,
  type Registration,
  register,
  registerChange,
  registeredAddress,
} from './registrar.ts';
export { defaultRegistrationPolicy, type RegistrationPolicy } from './registration-policy.ts';
export {
  Branch,
  defaultResponseContextTimes,
  ResponseContext,
  type ResponseContextSink,
  type ResponseContextTimes,
} from './response-context.ts';
export { type RevealedRoutes, revealRoutes } from './reveal-routes.ts';
export { createRouteEntry, createRouteUri, type RouteToken, readRouteToken } from './route-token.ts';
export { hideContacts, revealContact } from './sealed-contact.ts';
export { openRoute, type SealedRoute, sealedEntry } from './sealed-route.ts';
export type { Sealing } from './sealing.ts';
export { type SelectedTargets, selectTargets, type Target, type TargetGroups } from './targets.ts';
export { openToken, sealToken } from './token.ts';
export { type ValidateOptions, validateRequest } from './validate.ts';
