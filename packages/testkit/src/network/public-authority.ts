import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTestAuthority, type TestAuthority, type TestCertificate } from '../test-authority.ts';

/** A third-party CA that several organisations trust: DNS names only, and a revocation list over HTTP. */
export interface PublicAuthority extends AsyncDisposable {
  /** The root, which issues the certificates itself. */
  readonly authority: TestAuthority;
  /** Host of its revocation list. */
  readonly host: string;
  /** Issues what a public CA issues: DNS names, no URIs. */
  issue(
    dnsNames: readonly string[],
    usages?: readonly ('serverAuth' | 'clientAuth')[],
  ): Promise<TestCertificate>;
}

/**
 * Starts a CA that none of the organisations runs: a public one, or that of a partner.
 *
 * @param name - common name of its root
 * @param host - of its revocation list, which is served on 127.0.0.1
 */
export async function startPublicAuthority(
  name = 'Public Test Root',
  host = 'crl.public.example',
): Promise<PublicAuthority> {
  const authority = await createTestAuthority(name);
  const list = Buffer.from((await authority.crl([])).replace(/-----[^-]*-----|\s/g, ''), 'base64');
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/pkix-crl', 'content-length': list.length });
    response.end(list);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const crlUrl = `http://${host}:${(server.address() as AddressInfo).port}/root.crl`;
  return {
    authority,
    host,
    issue: (dnsNames, usages) =>
      authority.issue({ dnsNames, crlUrl, ...(usages === undefined ? {} : { usages }) }),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
