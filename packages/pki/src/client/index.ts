export {
  formatJoinToken,
  type JoinToken,
  type ParsedJoinToken,
  parseJoinToken,
} from '../enrolment/join-token.ts';
export { createKeyAndRequest, type KeyAndRequest, type KeyAndRequestOptions } from './key-and-request.ts';
export type { EnrolledCertificate, EnrolmentOutcome, RemoteRefusal, Transport } from './transport.ts';
