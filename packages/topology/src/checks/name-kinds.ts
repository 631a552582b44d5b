import type { TopologyDocument } from '../document/document.ts';

/**
 * What each name of a document is, for people: the first kind that has it.
 *
 * @param document - of the right shape
 * @returns finds the kind of a name, `a domain`; undefined for one that the document does not have
 */
export function nameKinds(document: TopologyDocument): (name: string) => string | undefined {
  const { domains, partners = [], pools = [], providers = [], servers, sites = [], stores = [] } = document;
  const kinds = new Map<string, string>();
  const add = (name: string, kind: string): void => {
    if (!kinds.has(name)) kinds.set(name, kind);
  };
  for (const { fqdn, interfaces, role } of servers) {
    add(fqdn, `a server with the role ${role}`);
    const external = interfaces?.external?.fqdn;
    if (external !== undefined) add(external, `the external name of ${fqdn}`);
  }
  for (const { fqdn, role } of pools) add(fqdn, `a pool with the role ${role}`);
  for (const { name } of domains) add(name, 'a domain');
  for (const { fqdn } of stores) add(fqdn, 'a store');
  for (const { id } of sites) add(id, 'a site');
  for (const { domains: theirs, id } of partners)
    for (const domain of theirs) add(domain, `a domain of the partner ${id}`);
  for (const { domains: theirs, id } of providers)
    for (const domain of theirs) add(domain, `a domain of the provider ${id}`);
  return (name) => kinds.get(name);
}
