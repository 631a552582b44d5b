import { type RequestRefusal, refusal } from '@entente/sip-proxy';

/**
 * The refusal of every request by a server whose own certificate is over: no other server takes anything from it, so that its clients are to
 * go to the next one.
 */
export const ownCertificateOver: RequestRefusal = refusal(
  'own-certificate-over',
  503,
  'this server: expected a certificate that others accept, found one that is revoked or has expired',
  'Connect to another server of the domain; /readyz and the log of this one say what an administrator must do.',
);
