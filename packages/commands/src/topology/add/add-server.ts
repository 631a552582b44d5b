import { OperatorFault } from '@entente/host';
import { type InterfaceEntry, type Role, roles, type ServerEntry } from '@entente/topology';
import { shellWord } from '@entente/trust';
import { type Command, Option } from 'commander';
import { append, editTopology } from '../edit-topology.ts';
import { collect, type EntryOptions, entryCommand, giveAdded } from './entry-command.ts';
import { readPorts } from './read-port.ts';

interface ServerOptions extends EntryOptions {
  readonly role: Role;
  readonly pool?: string;
  readonly site?: string;
  readonly address?: string;
  readonly port?: readonly string[];
  readonly externalFqdn?: string;
  readonly externalAddress?: string;
  readonly externalPort?: readonly string[];
  readonly publicCertificate?: boolean;
  readonly outboundOnly?: boolean;
  readonly treatAsAuthenticated?: string;
  readonly assertsUsers?: boolean;
}

/** Adds `server`, and `application` as a shorter form for a trusted application. */
export function register(add: Command): void {
  options(
    entryCommand(
      add,
      'server',
      'add a server with its role',
      'entente topology add server fe1.contoso.example --role front-end --pool pool1.contoso.example --address 10.0.0.11',
    ),
  )
    .addOption(new Option('--role <role>', 'its role').choices(roles).makeOptionMandatory())
    .action((fqdn: string, given: ServerOptions) => addServer(fqdn, given));
  options(
    entryCommand(
      add,
      'application',
      'add a trusted application server',
      'entente topology add application chat1.contoso.example --outbound-only',
    ),
  ).action((fqdn: string, given: Omit<ServerOptions, 'role'>) =>
    addServer(fqdn, { ...given, role: 'trusted-application' }),
  );
}

function options(command: Command): Command {
  return command
    .argument('<fqdn>', 'its own name; no other server, pool or domain may have it')
    .option('--pool <fqdn>', 'the pool it is a member of')
    .option('--site <id>', 'its site')
    .option('--address <ip>', 'address of its internal interface; default from DNS')
    .option(
      '--port <service=port>',
      'port of a service where it is not the default, e.g. sip=15061; repeatable',
      collect,
    )
    .option('--external-fqdn <name>', 'name of its external interface (edges and reverse proxies)')
    .option('--external-address <ip>', 'address of its external interface')
    .option('--external-port <service=port>', 'e.g. clients=443, federation=5061; repeatable', collect)
    .option('--public-certificate', 'its external certificate comes from a public CA: DNS names only')
    .option('--outbound-only', 'only our servers open connections to it; it opens none')
    .option('--treat-as-authenticated <yes|no>', 'its requests need no authentication')
    .option('--asserts-users', 'a trusted application that may speak as any user')
    .option('--title <text>', 'description for people');
}

async function addServer(fqdn: string, given: ServerOptions): Promise<void> {
  const entry = entryOf(fqdn, given);
  const edited = await editTopology(given.file, (document) => append(document, ['servers'], entry));
  giveAdded(`the server ${fqdn} (${given.role})`, entry, edited, given, [
    `entente topology certs ${shellWord(given.file)} --for ${fqdn}`,
  ]);
}

function entryOf(fqdn: string, given: ServerOptions): ServerEntry {
  const internal = side<InterfaceEntry>({ address: given.address, ports: readPorts(given.port, '--port') });
  const external = side<InterfaceEntry>({
    fqdn: given.externalFqdn,
    address: given.externalAddress,
    ports: readPorts(given.externalPort, '--external-port'),
    certificate: given.publicCertificate === true ? 'public' : undefined,
  });
  const flags = {
    outboundOnly: given.outboundOnly,
    treatAsAuthenticated: yesOrNo(given.treatAsAuthenticated),
    assertsUsers: given.assertsUsers,
  };
  return {
    fqdn,
    role: given.role,
    title: given.title,
    pool: given.pool,
    site: given.site,
    interfaces: side({ internal, external }),
    flags: side(flags),
  };
}

/** Omits an entry in which nothing is set. */
function side<T extends object>(entry: T): T | undefined {
  return Object.values(entry).some((value) => value !== undefined) ? entry : undefined;
}

function yesOrNo(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (text === 'yes' || text === 'no') return text === 'yes';
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: `expected yes or no, found ${text}`,
    place: 'option --treat-as-authenticated',
    remedy: 'give yes or no',
  });
}
