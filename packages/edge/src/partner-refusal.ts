import type { ConnectionRefusal } from '@entente/tls';

/**
 * Gives a refusal at the border to partners the remedy that fits there. A root among our own anchors would be believed for every
 * name; that of a partner is believed for its domains only.
 *
 * @param refusal - of link 12, in either direction
 * @returns the same, with another remedy where no partner's root vouches for the certificate
 */
export function partnerRefusal(refusal: ConnectionRefusal): ConnectionRefusal {
  if (refusal.rejection.reason !== 'unknown-issuer') return refusal;
  return { ...refusal, rejection: { ...refusal.rejection, remedy } };
}

const remedy =
  'if a partner was removed on purpose, nothing; if it is to be a partner: entente topology add partner … --anchor <its root>, after its owner has confirmed the fingerprint (remove it first, where it is listed with another root); or make it present the missing intermediate';
