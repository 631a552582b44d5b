import type { PeerIdentity } from '@entente/trust';
import { decodeCertificate } from '@entente/x509';
import type { ConnectionRefusal } from './connection-refusal.ts';

const maxNames = 4;
const maxLength = 200;

/**
 * Gives the name in a certificate that is not proven, for a log: its DNS names and URIs, or else its subject.
 *
 * @param peer - the peer, where its identity is proven: then there is no claim
 * @param leaf - DER, as presented
 * @returns `claimed`, or nothing where there is no readable certificate or no name in it
 */
export function claimOf(
  peer: PeerIdentity | undefined,
  leaf: Uint8Array | undefined,
): Pick<ConnectionRefusal, 'claimed'> {
  if (peer !== undefined || leaf === undefined) return {};
  const decoded = decodeCertificate(leaf);
  if (!decoded.ok) return {};
  const { subject, subjectAltName = [] } = decoded.value;
  const names = subjectAltName.flatMap((name) =>
    name.type === 'dns' || name.type === 'uri' ? [name.value] : [],
  );
  const text = names.length === 0 ? subject.toString() : names.slice(0, maxNames).join(', ');
  const claimed = text.slice(0, maxLength).replaceAll(/[^ -~]/g, '?');
  return claimed === '' ? {} : { claimed };
}
