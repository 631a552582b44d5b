export {
  createJoinToken,
  formatJoinToken,
  type JoinToken,
  joinTokenSecretHash,
  maxJoinTokenMs,
  type ParsedJoinToken,
  parseJoinToken,
} from './enrolment/join-token.ts';
export { PkiFault, type PkiFaultCode } from './fault.ts';
export type {
  CertificateNames,
  IssuanceDecision,
  IssuanceOutcome,
  IssuanceRequest,
  IssuedCertificate,
  MayIssue,
  ProfileName,
  Requester,
} from './issuing/request.ts';
export { type PkiReason, type PkiRefusal, pkiReasons, refuse } from './refusal.ts';
export { isRevocationReason, type RevocationReason, revocationReasonCodes } from './revocation/reason.ts';
export type { Clock, RandomBytes, SignatureScheme, Signer } from './signer.ts';
