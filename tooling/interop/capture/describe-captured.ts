import type { Captured } from './capture.ts';
import type { ClearText } from './clear-text.ts';

/**
 * Says what passed while a scenario ran.
 *
 * @param captured - by the capture of the whole run
 * @returns the evidence, in numbers
 * @throws Error with what passed outside TLS, or where so little passed that the capture cannot have been of this run
 */
export function describeCaptured(captured: Captured): string {
  const { bytes, found, packets, tlsConnections, tlsRecords } = captured;
  if (found.length > 0)
    throw new Error(`${found.length} found; ${found.slice(0, 5).map(describe).join('; ')}`);
  if (tlsConnections === 0 || tlsRecords === 0) throw new Error('nothing passed in TLS either');
  return `${packets} packets with ${Math.round(bytes / 1_000)} kB, ${tlsRecords} TLS records on ${tlsConnections} connections; both probes in clear text were found, and nothing else`;
}

function describe({ from, protocol, text, to, what }: ClearText): string {
  const name = what === 'SIP' ? 'SIP' : 'bytes that are neither TLS nor anything that may pass';
  return `${name} by ${protocol} from ${from.address}:${from.port} to ${to.address}:${to.port}: ${JSON.stringify(text)}`;
}
