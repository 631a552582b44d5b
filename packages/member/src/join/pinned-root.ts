import { request } from 'node:https';
import { pinnedRoot } from '@entente/pki/client';
import { GatheredOctets } from '@entente/trust';
import type { Certificate } from '@entente/x509';
import { MemberFault } from '../files/fault.ts';

const maxBytes = 262_144;
/** Without a byte of the authority. */
const timeoutMs = 10_000;
/** Of the whole answer: one that comes byte by byte has an end too. */
const deadlineMs = 30_000;

/**
 * Fetches the root that a join token pins. The connection is not authenticated and carries no secret: the root is accepted only if
 * its key has the hash in the token. The connection that carries the token's secret is opened later and judged by this root.
 * @param authority - base URL from the token
 * @param address - dialled instead of resolving the host
 * @param rootSpkiHash - lower-case hexadecimal SHA-256 of the root's SubjectPublicKeyInfo, from the token
 * @returns the root
 * @throws MemberFault `ENTENTE_MEMBER_UNREACHABLE`, `ENTENTE_MEMBER_ROOT`
 */
export async function fetchPinnedRoot(
  authority: string,
  address: string | undefined,
  rootSpkiHash: string,
): Promise<Certificate> {
  const url = new URL('/roots.pem', authority);
  const root = pinnedRoot(await get(url, address), rootSpkiHash);
  if (root !== undefined) return root;
  throw new MemberFault('ENTENTE_MEMBER_ROOT', {
    sentence: 'the root of the server that answered is not the root that the join token names',
    place: url.origin,
    remedy:
      'check the address of the authority; if it is right, the connection is intercepted: find out where, then ask an administrator for a new token',
  });
}

function get(url: URL, address: string | undefined): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) =>
      reject(
        new MemberFault('ENTENTE_MEMBER_UNREACHABLE', {
          sentence: `the authority does not answer: ${(cause as Error).message}`,
          place: url.origin,
          remedy:
            'start the authority, or correct its address in DNS or under "addresses" in the configuration of this server',
          cause,
        }),
      );
    const late = setTimeout(
      () => outgoing.destroy(new Error(`no whole answer within ${deadlineMs} ms`)),
      deadlineMs,
    );
    const outgoing = request(
      {
        host: address ?? url.hostname,
        port: url.port === '' ? 443 : Number(url.port),
        path: url.pathname,
        servername: url.hostname,
        headers: { host: url.host },
        agent: false,
        timeout: timeoutMs,
        // The hash in the token authenticates the content, and no root is known yet that could authenticate the connection.
        rejectUnauthorized: false,
      },
      (incoming) => {
        const gathered = new GatheredOctets(maxBytes);
        incoming.on('data', (chunk: Buffer) => {
          if (!gathered.add(chunk)) outgoing.destroy(new Error(`an answer of more than ${maxBytes} bytes`));
        });
        incoming.once('end', () => {
          if (incoming.statusCode === 200) resolve(Buffer.from(gathered.whole().buffer, 0, gathered.length));
          else fail(new Error(`it answered ${incoming.statusCode}`));
        });
        incoming.once('error', fail);
      },
    );
    outgoing.once('timeout', () => outgoing.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    outgoing.once('error', fail);
    outgoing.once('close', () => clearTimeout(late));
    outgoing.end();
  });
}
