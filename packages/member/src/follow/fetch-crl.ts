import { get } from 'node:http';
import { type Certificate, type CertificateList, decodeCrl } from '@entente/x509';

const maxBytes = 16_777_216;
const timeoutMs = 10_000;

/**
 * Where the revocation lists of a chain of our own are published: plain HTTP, because the lists prove themselves
 * (RFC 5280 §8).
 * @param chain our certificate and those of our authorities
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
 * Fetches a list of our own authority. Who signed it is the judge's question.
 * @param url from a certificate of our own chain
 * @param address where to dial instead of looking the name up
 * @param signal gives up
 */
export async function fetchCrl(
  url: URL,
  address: string | undefined,
  signal: AbortSignal,
): Promise<CertificateList> {
  const decoded = decodeCrl(await download(url, address, signal));
  if (decoded.ok) return decoded.value;
  throw new Error(`${url.href} is not a revocation list: ${decoded.error.message}`);
}

function download(url: URL, address: string | undefined, signal: AbortSignal): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const outgoing = get(
      {
        host: address ?? url.hostname,
        port: url.port === '' ? 80 : Number(url.port),
        path: url.pathname,
        headers: { host: url.host },
        agent: false,
        timeout: timeoutMs,
        signal,
      },
      (incoming) => {
        if (incoming.statusCode !== 200) {
          outgoing.destroy(new Error(`${url.href}: status ${incoming.statusCode}`));
          return;
        }
        const chunks: Buffer[] = [];
        let size = 0;
        incoming.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > maxBytes) outgoing.destroy(new Error(`${url.href}: more than ${maxBytes} bytes`));
          else chunks.push(chunk);
        });
        incoming.once('end', () => resolve(Buffer.concat(chunks, size)));
        incoming.once('error', reject);
      },
    );
    outgoing.once('timeout', () =>
      outgoing.destroy(new Error(`${url.href}: no answer within ${timeoutMs} ms`)),
    );
    outgoing.once('error', reject);
  });
}
