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
  const names = [commonName, ...dnsNames, ...hosts].map((name) => name.toLowerCase().replace(/\.$/, ''));
  const { domains, externalNames, pools, servers } = topology;
  const known = [domains, externalNames, pools, servers];
  if (names.some((name) => known.some((ours) => ours.has(name)))) return false;
  const wildcards = new Set(names.filter((name) => name.startsWith('*.')));
  return wildcards.size === 0 || !known.some((ours) => isAnyBelow(ours.keys(), wildcards));
}

/** Whether a wildcard stands for one of our names. The names of a client are as many as it likes, so that each of ours is looked at once. */
function isAnyBelow(ours: Iterable<string>, wildcards: ReadonlySet<string>): boolean {
  for (const name of ours) if (wildcards.has(`*${name.slice(name.indexOf('.'))}`)) return true;
  return false;
}
