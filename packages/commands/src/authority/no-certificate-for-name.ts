import type { Answer } from '../topology/answer.ts';
import { didYouMean } from '../topology/did-you-mean.ts';
import type { AdministratorAccess } from './administrator-access.ts';
import type { AuthorityConnection } from './connect-authority.ts';
import { certificateOfStore, firstCertificate } from './first-certificate.ts';
import { versionInForce } from './version-in-force.ts';

/**
 * What to say of a name that no certificate was ever issued to: it may be a slip, a server that has not joined, or a store.
 * @param name - as it was given
 */
export async function neverIssued(
  name: string,
  connection: AuthorityConnection,
  access: AdministratorAccess,
): Promise<Required<Pick<Answer, 'lines' | 'next'>>> {
  const inForce = await versionInForce(connection, access);
  const servers = inForce.ok ? (inForce.signed?.document.servers ?? []) : [];
  const listed = servers.find(({ fqdn }) => fqdn === name);
  if (listed !== undefined) {
    return {
      lines: [`no certificate of ${name} was ever issued: it is in the topology and has not joined`],
      next: [firstCertificate(name, listed.role)],
    };
  }
  const stores = inForce.ok ? (inForce.signed?.document.stores ?? []) : [];
  if (stores.some(({ fqdn }) => fqdn === name)) {
    return {
      lines: [`no certificate of ${name} was ever issued: it is a store of the topology`],
      next: [certificateOfStore(name)],
    };
  }
  const names = [...servers, ...stores].map(({ fqdn }) => fqdn);
  const meant = didYouMean(name, names);
  return {
    lines: [
      `no certificate of ${name} was ever issued, and it is not in the topology${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    ],
    next: ['entente cert list --as ca/administrators/<you>.yaml lists the certificates that are valid'],
  };
}
