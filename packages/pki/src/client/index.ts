export {
  formatJoinToken,
  type JoinToken,
  type ParsedJoinToken,
  parseJoinToken,
} from '../enrolment/join-token.ts';
export { type EnrolmentTask, type EnrolOptions, enrol, type RenewOptions, renew } from './enrol.ts';
export { createKeyAndRequest, type KeyAndRequest, type KeyAndRequestOptions } from './key-and-request.ts';
export { pinnedRoot } from './pinned-root.ts';
export { renewalTime } from './renewal-time.ts';
export type { EnrolledCertificate, EnrolmentOutcome, RemoteRefusal, Transport } from './transport.ts';
