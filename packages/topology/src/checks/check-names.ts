import type { TopologyDocument } from '../document/document.ts';
import type { Path } from '../terms/problem.ts';
import type { Report } from './report.ts';

/** Checks that no name and no id is used twice. */
export function checkNames(document: TopologyDocument, report: Report): void {
  const owners = new Map<string, string>();
  const claim = (name: string, what: string, path: Path) => {
    const owner = owners.get(name);
    if (owner === undefined) owners.set(name, what);
    else {
      report(
        'duplicate-name',
        path,
        owner === what
          ? `${name} is listed twice, both times as ${what}.`
          : `${name} is the name of ${owner} and of ${what}.`,
        'Remove one of the two entries, or give it another name: a certificate must select exactly one server.',
      );
    }
  };
  for (const [index, domain] of document.domains.entries()) {
    claim(domain.name, 'a SIP domain', ['domains', index, 'name']);
  }
  for (const [index, pool] of (document.pools ?? []).entries()) {
    claim(pool.fqdn, 'a pool', ['pools', index, 'fqdn']);
  }
  for (const [index, server] of document.servers.entries()) {
    claim(server.fqdn, `the ${server.role}`, ['servers', index, 'fqdn']);
  }
  for (const [index, store] of (document.stores ?? []).entries()) {
    claim(store.fqdn, 'a store', ['stores', index, 'fqdn']);
  }
  checkReservedNames(document, owners, report);
  checkInterfaceNames(document, owners, report);
  checkIds(document, report);
}

/** `sip.<domain>` is in the certificate of every front end and edge, so it cannot be the own name of a server. */
function checkReservedNames(
  document: TopologyDocument,
  owners: ReadonlyMap<string, string>,
  report: Report,
): void {
  for (const [index, domain] of document.domains.entries()) {
    const owner = owners.get(`sip.${domain.name}`);
    if (owner === undefined) continue;
    report(
      'duplicate-name',
      ['domains', index, 'name'],
      `sip.${domain.name} is in the certificate of every front end of this domain, but it is also the name of ${owner}.`,
      'Give that server another name.',
    );
  }
}

function checkInterfaceNames(
  document: TopologyDocument,
  owners: ReadonlyMap<string, string>,
  report: Report,
): void {
  const externalOwner = new Map<string, (typeof document.servers)[number]>();
  for (const [index, server] of document.servers.entries()) {
    for (const side of ['internal', 'external'] as const) {
      const entry = server.interfaces?.[side];
      if (entry === undefined) continue;
      const path = ['servers', index, 'interfaces', side];
      if (entry.fqdn !== undefined && (side === 'external' || entry.fqdn !== server.fqdn)) {
        const owner = owners.get(entry.fqdn);
        if (owner !== undefined) {
          const own =
            entry.fqdn === server.fqdn ? 'the name of its internal interface' : `the name of ${owner}`;
          report(
            'duplicate-name',
            [...path, 'fqdn'],
            `${entry.fqdn} is ${own}; each interface has a name and a certificate of its own.`,
            'Give the interface another name.',
          );
        }
        // Only edges of one pool may share an access name.
        const known = side === 'external' ? externalOwner.get(entry.fqdn) : undefined;
        if (known !== undefined && (known.pool === undefined || known.pool !== server.pool)) {
          report(
            'duplicate-name',
            [...path, 'fqdn'],
            `${entry.fqdn} is already the external name of ${known.fqdn}, which is not in the same pool.`,
            'Give the interface another name, or put both into one pool.',
          );
        }
        if (side === 'external') externalOwner.set(entry.fqdn, server);
      }
      for (const [at, name] of (entry.names ?? []).entries()) {
        const bare = name.startsWith('sip:') ? name.slice(4) : name;
        const owner = owners.get(bare);
        if (owner !== undefined && bare !== server.fqdn && owner !== 'a SIP domain') {
          report(
            'duplicate-name',
            [...path, 'names', at],
            `${bare} is the name of ${owner}, so the certificate would name two servers.`,
            'Remove the name here.',
          );
        }
      }
    }
  }
}

function checkIds(document: TopologyDocument, report: Report): void {
  const once = (ids: Iterable<readonly [string, Path]>, what: string) => {
    const seen = new Set<string>();
    for (const [id, path] of ids) {
      if (seen.has(id)) {
        report('duplicate-id', path, `The id ${id} is used by more than one ${what}.`, 'Give it another id.');
      }
      seen.add(id);
    }
  };
  once(
    (document.sites ?? []).map((site, index) => [site.id, ['sites', index, 'id']] as const),
    'site',
  );
  once(
    [
      ...(document.partners ?? []).map((entry, index) => [entry.id, ['partners', index, 'id']] as const),
      ...(document.providers ?? []).map((entry, index) => [entry.id, ['providers', index, 'id']] as const),
    ],
    'partner or provider',
  );
}
