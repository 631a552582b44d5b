import type { Role } from '@entente/topology';

/**
 * Whether there is no program here for servers of a role: others make them, and they get their certificates by request.
 * @param role - of the server
 */
export function isOfOthers(role: string): boolean {
  return ofOthers.some((other) => other === role);
}

const ofOthers: readonly Role[] = ['gateway', 'reverse-proxy'];

/**
 * The command by which a server gets its first certificate.
 * @param server - its FQDN
 * @param role - its role
 * @param isExternal - whether it is one for outside
 */
export function firstCertificate(server: string, role: string, isExternal = false): string {
  if (isOfOthers(role)) {
    const side = isExternal ? ' --interface external' : '';
    return `entente cert issue --csr <file> --server ${server}${side} --as ca/administrators/<you>.yaml`;
  }
  return `entente join-token ${server} --config ${server}.yaml --as ca/administrators/<you>.yaml`;
}

/**
 * The command by which a store gets a certificate, its first or the next.
 * @param store - its FQDN
 */
export function certificateOfStore(store: string): string {
  return `entente cert issue --csr <file> --server ${store} --as ca/administrators/<you>.yaml`;
}

/**
 * How a server gets a certificate that has had one: while its folder is there it has joined, and looks at no token.
 * @param server - its FQDN
 * @param role - its role
 * @param isExternal - whether it is one for outside
 */
export function anotherCertificate(server: string, role: string, isExternal = false): string {
  if (isOfOthers(role)) return firstCertificate(server, role, isExternal);
  return `to bring ${server} back: stop it, move its folder aside, then entente join-token ${server} --replace --config <its configuration> --as ca/administrators/<you>.yaml, and start it; see "A certificate has expired" in docs/guides/operations.md`;
}
