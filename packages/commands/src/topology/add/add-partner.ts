import { OperatorFault } from '@entente/host';
import type { AnchorReference } from '@entente/topology';
import type { Command } from 'commander';
import { append, editTopology, indexOfEntry } from '../edit-topology.ts';
import { collect, type EntryOptions, entryCommand, giveAdded } from './entry-command.ts';
import { listAnchor } from './list-anchor.ts';
import { readAnchor } from './read-anchor.ts';
import { readPort } from './read-port.ts';

interface PartnerOptions extends EntryOptions {
  readonly domain: readonly string[];
  readonly server?: string;
  readonly address?: string;
  readonly port?: string;
  readonly anchor?: string;
  readonly fingerprint?: string;
  readonly blocked?: boolean;
  readonly serverAuthOnly?: boolean;
  readonly matchHostName?: boolean;
}

interface AnchorOptions extends EntryOptions {
  readonly certificate: string;
  readonly name?: string;
  readonly fingerprint?: string;
  readonly partner?: string;
  readonly federation?: boolean;
}

/** Adds `partner`, `provider` and `anchor`. */
export function register(add: Command): void {
  entryCommand(
    add,
    'partner',
    'add a federated partner, or block one',
    'entente topology add partner fabrikam --domain fabrikam.example --anchor fabrikam-root.crt --fingerprint 3f:…',
  )
    .argument('<id>', 'short name for logs and commands')
    .requiredOption('--domain <name>', 'a SIP domain of the partner; repeatable', collect)
    .option('--server <fqdn>', 'name of its edge; without it, SRV records give the next hop')
    .option('--address <ip>', 'address of its edge, with --server')
    .option('--port <port>', 'port of its edge, with --server; default 5061')
    .option('--anchor <file>', 'its root certificate; without it, the federation anchors apply')
    .option('--fingerprint <sha256>', 'fingerprint of the root, received by telephone or on paper')
    .option('--server-auth-only', 'accept a certificate for servers only when its edge connects to ours')
    .option('--match-host-name', 'accept a certificate for the host from SRV instead of the domain')
    .option('--blocked', 'refuse it, even where another entry allows it')
    .option('--title <text>', 'description for people')
    .action(addPartner);
  entryCommand(
    add,
    'provider',
    'add a hosting provider: one server for many domains',
    'entente topology add provider hoster --server edge.hoster.example --domain a.example --domain b.example',
  )
    .argument('<id>', 'short name for logs and commands')
    .requiredOption('--domain <name>', 'a SIP domain it hosts; repeatable', collect)
    .requiredOption('--server <fqdn>', 'its edge')
    .option('--address <ip>', 'address of its edge')
    .option('--port <port>', 'port of its edge; default 5061')
    .option('--anchor <file>', 'its root certificate; without it, the federation anchors apply')
    .option('--fingerprint <sha256>', 'fingerprint of the root')
    .option('--server-auth-only', 'accept a certificate for servers only when its edge connects to ours')
    .option('--title <text>', 'description for people')
    .action(addProvider);
  entryCommand(
    add,
    'anchor',
    'add a root certificate',
    'entente topology add anchor --certificate root_ca.crt',
  )
    .requiredOption('--certificate <file>', 'the root, PEM or DER')
    .option('--name <text>', 'name for people and logs; default the common name')
    .option('--fingerprint <sha256>', 'expected fingerprint; a root with another one is refused')
    .option('--federation', 'trust it for partners without anchors of their own, at the edge only')
    .option('--partner <id>', 'trust it for one partner; without --federation and --partner it is our own CA')
    .action(addAnchor);
}

/** What a kind of partner has no place for: an option that was dropped would look as if it counted. */
function refuseUnused(given: PartnerOptions): void {
  const { blocked, server } = given;
  const [unused, because, remedy]: readonly [readonly (keyof PartnerOptions)[], string, string] =
    blocked === true
      ? [
          ['server', 'address', 'port', 'anchor', 'fingerprint', 'serverAuthOnly', 'matchHostName'],
          'a blocked partner has none',
          'leave it out, or leave --blocked out',
        ]
      : server === undefined
        ? [['address', 'port'], 'it is that of an edge, and none is named', 'name the edge with --server']
        : [
            ['matchHostName'],
            'an edge that is named proves its own name',
            'leave it out, or leave --server out, so that SRV records name the host',
          ];
  const found = unused.find((name) => given[name] !== undefined);
  if (found === undefined) return;
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: because,
    place: `option --${found.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    remedy,
  });
}

async function addPartner(id: string, given: PartnerOptions): Promise<void> {
  const { domain: domains, title } = given;
  refuseUnused(given);
  if (given.blocked === true) {
    const entry = { kind: 'blocked', id, title, domains };
    const edited = await editTopology(given.file, (document) => append(document, ['partners'], entry));
    giveAdded(`the blocked partner ${id}`, entry, edited, given);
    return;
  }
  const shared = {
    id,
    title,
    domains,
    anchors: await anchorsOf(given),
    serverAuthOnly: given.serverAuthOnly,
  };
  const entry =
    given.server === undefined
      ? { kind: 'allowed-domain', ...shared, matchHostName: given.matchHostName }
      : {
          kind: 'allowed-server',
          ...shared,
          fqdn: given.server,
          address: given.address,
          port: readPort(given.port, '--port'),
        };
  const edited = await editTopology(given.file, (document) => append(document, ['partners'], entry));
  giveAdded(`the partner ${id}`, entry, edited, given, comparing(shared.anchors));
}

async function addProvider(id: string, given: PartnerOptions): Promise<void> {
  const { title, server: fqdn, address } = given;
  const anchors = await anchorsOf(given);
  const entry = {
    id,
    title,
    fqdn,
    address,
    port: readPort(given.port, '--port'),
    domains: given.domain,
    anchors,
    serverAuthOnly: given.serverAuthOnly,
  };
  const edited = await editTopology(given.file, (document) => append(document, ['providers'], entry));
  giveAdded(`the provider ${id}`, entry, edited, given, comparing(anchors));
}

async function addAnchor(given: AnchorOptions): Promise<void> {
  const anchor = await readAnchor(given.certificate, given.name, given.fingerprint);
  if (given.partner !== undefined && given.federation === true) {
    throw new OperatorFault('ENTENTE_USAGE', {
      sentence: 'expected --partner or --federation, found both',
      place: 'the command line',
      remedy: 'give one of them; to have both, add the anchor twice',
    });
  }
  const { partner } = given;
  let listed = anchor;
  const edited = await editTopology(given.file, (document) => {
    const path =
      partner === undefined
        ? ['anchors', given.federation === true ? 'federation' : 'enterprise']
        : ['partners', indexOfEntry(document, ['partners'], 'id', partner), 'anchors'];
    listed = listAnchor(document, path, anchor, given.file);
  });
  giveAdded(`the anchor ${listed.name}`, listed, edited, given, comparing([listed]));
}

async function anchorsOf({
  anchor,
  fingerprint,
}: PartnerOptions): Promise<readonly AnchorReference[] | undefined> {
  if (anchor !== undefined) return [await readAnchor(anchor, undefined, fingerprint)];
  if (fingerprint === undefined) return undefined;
  return [{ name: 'root', sha256: fingerprint.replaceAll(':', '').toLowerCase() }];
}

function comparing(anchors: readonly AnchorReference[] | undefined): readonly string[] {
  return (anchors ?? []).map(
    (anchor) => `check the fingerprint with the owner of the root: ${anchor.sha256}`,
  );
}
