import { type Role, roles, type TopologyDocument } from '@entente/topology';
import { shellWord } from '@entente/trust';
import { type Command, Option } from 'commander';
import type { Document } from 'yaml';
import { append, editTopology, indexOfEntry, setField } from '../edit-topology.ts';
import { collect, type EntryOptions, entryCommand, giveAdded, type HomeBefore } from './entry-command.ts';
import { readPort } from './read-port.ts';

/** Adds `site`, `domain`, `pool`, `store` and `user`. */
export function register(add: Command): void {
  entryCommand(add, 'site', 'add a site', 'entente topology add site berlin --title "Berlin, main building"')
    .argument('<id>', 'lower case, e.g. berlin')
    .option('--title <text>', 'description for people')
    .action(async (id: string, given: EntryOptions) => {
      const entry = { id, title: given.title };
      const edited = await editTopology(given.file, (document) => append(document, ['sites'], entry));
      giveAdded(`the site ${id}`, entry, edited, given);
    });
  entryCommand(
    add,
    'domain',
    'add a SIP domain of the organisation, or change the home of its users',
    'entente topology add domain sales.contoso.example',
  )
    .argument('<name>', 'the domain')
    .option('--pool <fqdn>', 'default pool of its users; with it, a domain that is there gets another one')
    .option('--title <text>', 'description for people')
    .action(addDomain);
  entryCommand(
    add,
    'pool',
    'add a pool of servers',
    'entente topology add pool pool1.contoso.example --role front-end --home',
  )
    .argument('<fqdn>', 'its name')
    .addOption(new Option('--role <role>', 'role of its members').choices(roles).default('front-end'))
    .option('--site <id>', 'its site')
    .option('--domain <name>', 'a domain it serves; repeatable; default every domain', collect)
    .option('--home', 'make it the default pool of the domains it serves')
    .option('--title <text>', 'description for people')
    .action(addPool);
  entryCommand(
    add,
    'store',
    'add a data store that servers reach over the network',
    'entente topology add store redis1.contoso.example --kind redis',
  )
    .argument('<fqdn>', 'its name')
    .addOption(
      new Option('--kind <kind>', 'kind of store').choices(['redis', 'postgresql']).makeOptionMandatory(),
    )
    .option('--address <ip>', 'its address')
    .option('--port <port>', 'its port')
    .option('--title <text>', 'description for people')
    .action(addStore);
  entryCommand(
    add,
    'user',
    'set the home server of a user, or give an application an address of a domain',
    'entente topology add user alice@contoso.example --home fe1.contoso.example',
  )
    .argument('<aor>', 'address of record without scheme')
    .requiredOption('--home <fqdn>', 'front end, or application that has the address, or a pool of either')
    .action(async (aor: string, given: EntryOptions & { readonly home: string }) => {
      const edited = await editTopology(given.file, (document) =>
        setField(document, ['users', aor], given.home),
      );
      giveAdded(`the home of ${aor}`, { aor, home: given.home }, edited, given);
    });
}

async function addDomain(name: string, given: EntryOptions & { readonly pool?: string }): Promise<void> {
  const { pool, title } = given;
  const before: HomeBefore[] = [];
  let isThere = false;
  const edited = await editTopology(given.file, (document) => {
    isThere = pool !== undefined && domainsOf(document).some((domain) => domain.name === name);
    if (!isThere || pool === undefined) {
      append(document, ['domains'], { name, pool, title });
      return;
    }
    before.push(...setHome(document, name, pool));
    if (title === undefined) return;
    setField(document, ['domains', indexOfEntry(document, ['domains'], 'name', name), 'title'], title);
  });
  const what = isThere ? `the home of the users of ${name}` : `the domain ${name}`;
  giveAdded(what, { name, pool, title }, edited, given, [], before);
}

function domainsOf(document: Document): TopologyDocument['domains'] {
  return (document.toJS() as Partial<TopologyDocument>).domains ?? [];
}

/** Makes a pool the home of the users of a domain, and says which other one was. */
function setHome(document: Document, domain: string, pool: string): readonly HomeBefore[] {
  const place = ['domains', indexOfEntry(document, ['domains'], 'name', domain), 'pool'];
  const before = document.getIn(place);
  setField(document, place, pool);
  return typeof before === 'string' && before !== pool ? [{ domain, pool: before }] : [];
}

interface PoolOptions extends EntryOptions {
  readonly role: Role;
  readonly site?: string;
  readonly domain?: readonly string[];
  readonly home?: boolean;
}

async function addPool(fqdn: string, given: PoolOptions): Promise<void> {
  const entry = { fqdn, role: given.role, title: given.title, site: given.site, domains: given.domain };
  let homeless: readonly string[] = [];
  const before: HomeBefore[] = [];
  const edited = await editTopology(given.file, (document) => {
    append(document, ['pools'], entry);
    const served = domainsOf(document).filter(({ name }) => given.domain?.includes(name) ?? true);
    if (given.home !== true) {
      homeless = served.filter(({ pool }) => pool === undefined).map(({ name }) => name);
      return;
    }
    for (const name of given.domain ?? served.map((domain) => domain.name)) {
      before.push(...setHome(document, name, fqdn));
    }
  });
  // Once there is a front end, the checks say so.
  const isSaid = edited.open.some(({ code }) => code === 'domain-without-home');
  const file = shellWord(given.file);
  const next = [
    ...(given.role !== 'front-end' || isSaid ? [] : homeless).map(
      (name) =>
        `to make it the home of the users of ${name}: entente topology add domain ${name} --pool ${fqdn} --file ${file}`,
    ),
    `entente topology add server <fqdn> --role ${given.role} --pool ${fqdn} --file ${file}`,
  ];
  giveAdded(`the pool ${fqdn}`, entry, edited, given, next, before);
}

interface StoreOptions extends EntryOptions {
  readonly kind: 'redis' | 'postgresql';
  readonly address?: string;
  readonly port?: string;
}

async function addStore(fqdn: string, given: StoreOptions): Promise<void> {
  const { kind, address, title } = given;
  const entry = { fqdn, kind, address, port: readPort(given.port, '--port'), title };
  const edited = await editTopology(given.file, (document) => append(document, ['stores'], entry));
  giveAdded(`the store ${fqdn}`, entry, edited, given);
}
