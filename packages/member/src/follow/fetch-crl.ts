import { fetchObject } from '@entente/trust/node';
import { type Certificate, type CertificateList, decodeCrl } from '@entente/x509';

const maxBytes = 16_777_216;
const timeoutMs = 10_000;

/**
 * Where the revocation lists of a chain of our own are published: plain HTTP, because the lists are signed (RFC 5280 §8).
 * @param chain - our certificate and those of our authorities
 */
export function crlLocations(chain: readonly Certificate[]): readonly URL[] {
  const found = new Map<string, URL>();
  for (const { crlDistributionPoints = [] } of chain) {
    for (const point of crlDistributionPoints) {
      if (point.name?.type !== 'full') continue;
      for (const name of point.name.names) {
        if (name.type !== 'uri' || !URL.canParse(name.value)) continue;
        const url = new URL(name.value);
        if (url.protocol === 'http:') found.set(url.href, url);
      }
    }
  }
  return [...found.values()];
}

/**
 * Fetches a list of our own authority. Its signature is for the caller to check.
 * @param url - from a certificate of our own chain
 * @param address - dialled instead of resolving the host
 * @param signal - gives up
 * @throws Error with the reason where the list cannot be fetched or read
 */
export async function fetchCrl(
  url: URL,
  address: string | undefined,
  signal: AbortSignal,
): Promise<CertificateList> {
  // The URL is from our own certificate, so its host is one of ours and may have a private address.
  const rules = { hosts: [], privateHosts: [url.hostname], timeoutMs };
  const lookUp = address === undefined ? undefined : async () => [address];
  const fetched = await fetchObject({ url: url.href, maxBytes, signal }, rules, lookUp);
  if (!fetched.ok) throw new Error(`${url.href}: ${fetched.why}`);
  const decoded = decodeCrl(fetched.bytes);
  if (decoded.ok) return decoded.value;
  throw new Error(`${url.href} is not a revocation list: ${decoded.error.message}`);
}
