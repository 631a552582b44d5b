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
 * @param given - the side of the server, where it is not the internal one, and whether it has certificates to be replaced
 */
export function firstCertificate(
  server: string,
  role: string,
  given: { readonly isExternal?: boolean; readonly replaces?: boolean } = {},
): string {
  if (isOfOthers(role)) {
    const side = given.isExternal === true ? ' --interface external' : '';
    return `entente cert issue --csr <file> --server ${server}${side} --as ca/administrators/<you>.yaml`;
  }
  const replace = given.replaces === true ? ' --replace' : '';
  return `entente join-token ${server}${replace} --config ${server}.yaml --as ca/administrators/<you>.yaml`;
}
