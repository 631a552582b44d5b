import type { TopologyDocument } from '../document/document.ts';
import type { Report } from './report.ts';

/**
 * Checks that users of each domain have a home. Where neither the domain has a pool nor the topology an entry for a user of it, an
 * account alone gives none: it is accepted, and the user can never register.
 */
export function checkHomes(document: TopologyDocument, report: Report): void {
  if (!document.servers.some(({ role }) => role === 'front-end')) return;
  const users = Object.keys(document.users ?? {});
  for (const [index, { name, pool }] of document.domains.entries()) {
    if (pool !== undefined || users.some((address) => address.endsWith(`@${name}`))) continue;
    report(
      'domain-without-home',
      ['domains', index, 'name'],
      `${name} has no "pool", so a user of it has no home and cannot register, unless the account names one (entente user move --home).`,
      remedyFor(name, document),
    );
  }
}

/** A pool that is there cannot be added once more. */
function remedyFor(domain: string, { pools = [] }: TopologyDocument): string {
  const pool = pools.find(
    ({ domains, role }) => role === 'front-end' && (domains === undefined || domains.includes(domain)),
  );
  return pool === undefined
    ? 'Add a pool with entente topology add pool <fqdn> --role front-end --home, and write "pool: <fqdn>" at its front ends, under servers.'
    : `Make it the home of its users: entente topology add domain ${domain} --pool ${pool.fqdn}.`;
}
