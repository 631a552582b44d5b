export { type DiscoveredDomain, type DiscoveryDocument, discoveryFormat } from './discovery.ts';
export {
  csrfField,
  type Device,
  type DeviceOrder,
  type DevicesDocument,
  type HeldSession,
  type PasswordOrder,
  type PeopleDocument,
  type Person,
  type SessionDocument,
  type SignIn,
  webPaths,
} from './documents.ts';
export {
  type ChangeRequest,
  type DeviceSignOutRequest,
  type DevicesAnswer,
  type FromClient,
  frontEndPaths,
  type PasswordRequest,
  type SessionAnswer,
  type SessionRequest,
  type SignInRequest,
} from './front-end-requests.ts';
export { webLimits } from './limits.ts';
export {
  credentialsNotAccepted,
  formatProblem,
  malformed,
  problemMediaType,
  readProblemDocument,
  type WebProblem,
  type WebReason,
} from './problem.ts';
export {
  type ReadRequest,
  readChangeRequest,
  readDeviceOrder,
  readDeviceSignOut,
  readPasswordOrder,
  readPasswordRequest,
  readSearch,
  readSessionRequest,
  readSignIn,
  readSignInRequest,
  refusePassword,
} from './read-requests.ts';
