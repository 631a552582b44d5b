import type { IgnoreUnknownIssuer } from '@entente/tls';
import type { Topology } from '@entente/topology';

/** Host of a `sip:` or `sips:` URI, with or without a user. */
const sipHost = /^sips?:(?:[^@]*@)?([^:;?]+)/i;

/**
 * Whether a certificate of an unknown issuer may count as none, because nothing in it claims to be a server of ours. Telephones present the
 * certificate of their maker wherever they are asked for one, and are known by their users. A server that presents a certificate of another
 * authority is refused instead, so that its operator learns of it.
 * @param topology - in force
 * @param claimed - the names in the certificate; none of them is proven
 */
export function claimsNoServer(
  topology: Topology,
  { commonName, dnsNames, uris }: Parameters<IgnoreUnknownIssuer>[0],
): boolean {
  const hosts = uris.flatMap((uri) => sipHost.exec(uri)?.[1] ?? []);
  const { domains, externalNames, pools, servers } = topology;
  return [commonName, ...dnsNames, ...hosts].every((name) => {
    const plain = name.toLowerCase().replace(/\.$/, '');
    return ![domains, externalNames, pools, servers].some((names) => names.has(plain));
  });
}
