import type { TopologyDocument } from '../document/document.ts';
import type { Path } from '../terms/problem.ts';
import type { Role } from '../terms/roles.ts';
import { nameKinds } from './name-kinds.ts';
import type { Report } from './report.ts';

/** Checks that every name in use is defined, with the right role. */
export function checkReferences(document: TopologyDocument, report: Report): void {
  const sites = new Set((document.sites ?? []).map((site) => site.id));
  const domains = new Set(document.domains.map((domain) => domain.name));
  const pools = new Map((document.pools ?? []).map((pool) => [pool.fqdn, pool.role]));
  const servers = new Map(document.servers.map((server) => [server.fqdn, server.role]));
  const kindOf = nameKinds(document);
  const unknown = (path: Path, what: string, name: string) => {
    const kind = kindOf(name);
    report(
      'unknown-reference',
      path,
      `${JSON.stringify(name)} is not ${what} of this document${kind === undefined ? '' : `: it is ${kind}`}.`,
      kind === undefined ? 'Add it, or correct the name.' : `Name ${what} instead.`,
    );
  };

  const used = new Set<string>();
  for (const [index, server] of document.servers.entries()) {
    if (server.site !== undefined && !sites.has(server.site)) {
      unknown(['servers', index, 'site'], 'a site', server.site);
    }
    if (server.pool === undefined) continue;
    used.add(server.pool);
    const role = pools.get(server.pool);
    if (role === undefined) unknown(['servers', index, 'pool'], 'a pool', server.pool);
    else if (role !== server.role) {
      report(
        'pool-role-mismatch',
        ['servers', index, 'pool'],
        `${server.fqdn} is a ${server.role}, but ${server.pool} is a pool of the role ${role}.`,
        `Put the server into a pool of the role ${server.role}.`,
      );
    }
  }
  for (const [index, pool] of (document.pools ?? []).entries()) {
    const path = ['pools', index];
    if (pool.site !== undefined && !sites.has(pool.site)) unknown([...path, 'site'], 'a site', pool.site);
    for (const [at, domain] of (pool.domains ?? []).entries()) {
      if (!domains.has(domain)) unknown([...path, 'domains', at], 'a domain', domain);
    }
    if (!used.has(pool.fqdn)) {
      report(
        'pool-without-members',
        [...path, 'fqdn'],
        `No server is in the pool ${pool.fqdn}.`,
        'Add a server to it (entente topology add server --pool), or remove the pool.',
      );
    }
  }
  const home = (path: Path, name: string, also?: Role) =>
    checkHome(path, name, { servers, pools, also }, unknown, report);
  for (const [index, domain] of document.domains.entries()) {
    if (domain.pool !== undefined) home(['domains', index, 'pool'], domain.pool);
  }
  for (const [user, name] of Object.entries(document.users ?? {})) {
    const domain = user.slice(user.indexOf('@') + 1);
    if (!domains.has(domain)) unknown(['users', user], 'a domain', domain);
    home(['users', user], name, 'trusted-application');
  }
}

function checkHome(
  path: Path,
  name: string,
  {
    also,
    pools,
    servers,
  }: {
    readonly servers: ReadonlyMap<string, Role>;
    readonly pools: ReadonlyMap<string, Role>;
    /** A role that may have the address beside front ends. */
    readonly also: Role | undefined;
  },
  unknown: (path: Path, what: string, name: string) => void,
  report: Report,
): void {
  const role = servers.get(name) ?? pools.get(name);
  if (role === undefined) unknown(path, 'a front end or pool', name);
  else if (role !== 'front-end' && role !== also) {
    report(
      'home-not-front-end',
      path,
      `The home of users is a front end or a pool of front ends, but ${name} has the role ${role}.`,
      'Name a front end or a pool of front ends.',
    );
  }
}
