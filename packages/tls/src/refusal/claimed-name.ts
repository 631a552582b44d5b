import type { PeerIdentity } from '@entente/trust';
import { decodeCertificate } from '@entente/x509';
import type { ConnectionRefusal } from './connection-refusal.ts';

const maxNames = 4;
const maxLength = 200;

/**
 * What a certificate that proves nothing calls its holder, for a log: its DNS names and URIs, else its subject.
 *
 * @param peer - who it is, where that is proven: then there is no mere claim
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
