import tls, { type TLSSocket } from 'node:tls';
import { createTokenSource } from '@entente/sip-endpoint';
import { type FlowNames, type ProxyPolicy, ProxyRuntime, type ProxyRuntimeOptions } from '@entente/sip-relay';
import { createTestAuthority } from '@entente/testkit';
import { loadCredential, openTrust, serve } from '@entente/tls';
import { links } from '@entente/topology';

/** Name of the server that a runtime is. */
export const fqdn = 'fe1.contoso.example';
export const domain = 'contoso.example';

/** A line of its log. */
export type LogLine = Record<string, unknown> & { readonly text: string };

/**
 * A runtime on a real listener, for clients without a certificate.
 * @param policy - decides what the test wants
 * @param flows - names of connections that the policy knows
 * @param opened - takes what the test closes
 * @param more - options of the runtime
 */
export async function startListeningRuntime<Sender extends object>(
  policy: ProxyPolicy<Sender>,
  flows: FlowNames,
  opened: AsyncDisposable[],
  more: Partial<ProxyRuntimeOptions<Sender>> = {},
) {
  const root = await createTestAuthority('Contoso Test Root');
  const own = await root.issue({ dnsNames: [fqdn, domain], uris: [`sip:${fqdn}`, `sip:${domain}`] });
  const trust = await openTrust({ anchors: { pem: root.certificatePem }, crls: { pem: await root.crl([]) } });
  opened.push(trust);
  const identity = await loadCredential({ certificate: own.chainPem, key: own.keyPem });
  const lines: LogLine[] = [];
  const line = (fields: object, text: string) => void lines.push({ ...fields, text });
  const runtime = new ProxyRuntime({
    sentBy: { host: fqdn, port: 5061 },
    policy,
    flows,
    newToken: createTokenSource(),
    isOurVia: (host) => host === fqdn,
    log: { debug: line, info: line, warn: line, error: line },
    dial: () => Promise.reject(new Error('this server does not dial')),
    ...more,
  });
  opened.push(runtime);
  /** The server's ends of the connections, in the order in which they were accepted. */
  const accepted: TLSSocket[] = [];
  const options = { trust, identity, host: '127.0.0.1', clientCertificate: 'none' } as const;
  const server = await serve(tls, options, (socket) => {
    accepted.push(socket);
    runtime.accept(socket, links.clientToFrontEnd);
  });
  opened.push({ [Symbol.asyncDispose]: () => server.close() });
  return { accepted, lines, port: server.port, runtime, trust };
}
