import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AllowedDomain, TopologyDocument } from '@entente/topology';
import { decodePemCertificates } from '@entente/x509';
import { checkOptions, checkUsers, networkOptions } from '../check-options.ts';
import { removeWithLauncher } from '../process/end-with-launcher.ts';
import { startDnsServer } from './dns-server.ts';
import { freePorts } from './free-ports.ts';
import type { FederationOptions, Network, NetworkOptions } from './network.ts';
import {
  addressesOf,
  anchorOf,
  edgesOf,
  layOut,
  type Organisation,
  outsideNamesOf,
  portsNeeded,
  topologyOf,
} from './organisation.ts';
import { type PreparedOrganisation, prepareOrganisation } from './prepare-organisation.ts';
import { type PublicAuthority, startPublicAuthority } from './public-authority.ts';
import { runOrganisation, type SharedNetwork } from './run-organisation.ts';

/**
 * Starts an organisation: an authority, a pool of two front ends, and users' clients, each a process of its own on
 * loopback.
 * @param options - names, place, clients
 * @throws TypeError with code `ENTENTE_TESTKIT_OPTION`, before anything is started
 */
export async function startNetwork(options: NetworkOptions = {}): Promise<Network> {
  checkOptions(options, networkOptions, 'startNetwork');
  return owning(async (own) => {
    const { prepared, shared } = await prepare([options.domain ?? 'contoso.example'], options, own);
    const [organisation] = prepared as [PreparedOrganisation];
    const topology = extended(firstTopology(organisation, options), options);
    return own(await runOrganisation(organisation, topology, withEdgeConfig(shared, options), options));
  });
}

/** Two organisations with an edge each. */
export interface Federation extends AsyncDisposable {
  /** The first organisation, `contoso.example`. */
  readonly contoso: Network;
  /** The second organisation, `fabrikam.example`. */
  readonly fabrikam: Network;
  /** A third-party CA that both trust for partners without roots of their own. */
  readonly publicAuthority: PublicAuthority;
}

/** A domain that both organisations list and that only has a certificate of the public CA; nobody runs it. */
export const thirdPartner = 'litware.example';

/**
 * Starts contoso.example and fabrikam.example, each with its own CA, authority, pool and edge. They have exchanged their
 * roots by fingerprint; each believes the other about the other's names, and about nothing else.
 * @param options - clients, who is told, whose certificates the edges have
 */
export async function startFederation(options: FederationOptions = {}): Promise<Federation> {
  return owning(async (own) => {
    const publicAuthority = own(await startPublicAuthority());
    const otherHosts = [...(options.otherHosts ?? []), publicAuthority.host];
    const domains = ['contoso.example', 'fabrikam.example'];
    const { prepared, shared } = await prepare(domains, { ...options, otherHosts }, own);
    const [first, ownPorts] = prepared as [PreparedOrganisation, PreparedOrganisation];
    const second = options.partnerBundleAt === 'clients-port' ? sharingPort(ownPorts) : ownPorts;
    const sharedRoots = options.roots === 'shared';
    const run = async (
      organisation: PreparedOrganisation,
      partner: PreparedOrganisation,
      clients = options.clients,
    ): Promise<Network> => {
      const isPool = options.hasEdgePool === true && organisation === first;
      const hasDirectors = options.hasDirectors === true && organisation === first;
      const document = federatedTopology(organisation, partner, publicAuthority, {
        sharedRoots,
        isPool,
        hasDirectors,
      });
      const topology = organisation === first ? extended(document, options) : document;
      const external = sharedRoots
        ? { externalCertificate: await publicCertificate(organisation, publicAuthority) }
        : {};
      const { accounts, partnerAccounts, ...others } = options;
      const users = organisation === first ? accounts : partnerAccounts;
      const settings = {
        ...others,
        ...(users === undefined ? {} : { accounts: users }),
        ...(clients === undefined ? {} : { clients }),
      };
      const view = {
        ...withEdgeConfig(shared, options),
        ...external,
        addresses: addressesFor(organisation, partner, publicAuthority, options.partnersInsideAt),
      };
      return own(await runOrganisation(organisation, topology, view, settings));
    };
    const contoso = await run(first, second);
    await options.onFirst?.(contoso);
    const fabrikam = await run(second, first, options.partnerClients);
    return { contoso, fabrikam, publicAuthority };
  });
}

type Own = <T extends AsyncDisposable>(item: T) => T;

/** Starts something of several parts; disposing of it disposes of all of them, in reverse. */
async function owning<T extends object>(start: (own: Own) => Promise<T>): Promise<T & AsyncDisposable> {
  const parts: AsyncDisposable[] = [];
  const stop = async (): Promise<void> => {
    for (const part of parts.splice(0).reverse()) await part[Symbol.asyncDispose]();
  };
  try {
    const started = await start((item) => {
      parts.push(item);
      return item;
    });
    return { ...started, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function prepare(
  domains: readonly string[],
  options: NetworkOptions,
  own: Own,
): Promise<{ prepared: readonly PreparedOrganisation[]; shared: SharedNetwork }> {
  const directory = options.directory ?? (await temporaryDirectory(own));
  const ports = await freePorts(portsNeeded * domains.length);
  const organisations = domains.map((domain) => layOut(domain, ports.splice(0, portsNeeded)));
  const users = organisations[0]?.users.map(({ address }) => address.slice(0, address.indexOf('@'))) ?? [];
  checkUsers(options.clients ?? [], users, 'clients of startNetwork');
  const addresses = new Map(organisations.flatMap((organisation) => [...addressesOf(organisation)]));
  for (const host of options.otherHosts ?? []) addresses.set(host, '127.0.0.1');
  const services = servicesOf(organisations, options.hasEdgePool);
  const dns = own(await startDnsServer({ addresses, services }, options.dnsPort));
  options.onStep?.(`creating the authorities: root, issuing CA, revocation lists (${domains.join(', ')})`);
  const prepared = await Promise.all(
    organisations.map((organisation) =>
      prepareOrganisation(
        organisation,
        domains.length === 1 ? directory : join(directory, organisation.domain),
        domains.length > 1 || options.partners !== undefined,
      ),
    ),
  );
  return { prepared, shared: { addresses, dns, services } };
}

/** The bundle on the port of external clients. */
function sharingPort(prepared: PreparedOrganisation): PreparedOrganisation {
  const { organisation } = prepared;
  const { edge } = organisation;
  const externalPorts = { ...edge.externalPorts, bundle: edge.externalPorts.clients };
  return { ...prepared, organisation: { ...organisation, edge: { ...edge, externalPorts } } };
}

/** What one organisation knows of addresses: its own hosts, and of its partner only what outsiders know. */
function addressesFor(
  own: PreparedOrganisation,
  partner: PreparedOrganisation,
  publicAuthority: PublicAuthority,
  partnersInsideAt: string | undefined,
): ReadonlyMap<string, string> {
  const addresses = new Map<string, string>();
  if (partnersInsideAt !== undefined)
    for (const name of addressesOf(partner.organisation).keys()) addresses.set(name, partnersInsideAt);
  for (const name of [...outsideNamesOf(partner.organisation), publicAuthority.host])
    addresses.set(name, '127.0.0.1');
  for (const [name, address] of addressesOf(own.organisation)) addresses.set(name, address);
  return addresses;
}

function extended(document: TopologyDocument, { extend }: NetworkOptions): TopologyDocument {
  return extend?.(document) ?? document;
}

function withEdgeConfig(shared: SharedNetwork, { edgeConfig }: NetworkOptions): SharedNetwork {
  return edgeConfig === undefined ? shared : { ...shared, edgeConfig };
}

function firstTopology(
  { organisation, root, signingKey }: PreparedOrganisation,
  { hasDirectors = false, hasEdgePool = false, partners }: NetworkOptions,
): TopologyDocument {
  const keys = { administrator: signingKey.publicKey, root };
  const federation = partners === undefined ? undefined : { partners, isPool: hasEdgePool, hasDirectors };
  return topologyOf(organisation, keys, Date.now(), federation);
}

function federatedTopology(
  own: PreparedOrganisation,
  partner: PreparedOrganisation,
  publicAuthority: PublicAuthority,
  {
    hasDirectors,
    isPool,
    sharedRoots: shared,
  }: { readonly hasDirectors: boolean; readonly isPool: boolean; readonly sharedRoots: boolean },
): TopologyDocument {
  const decoded = decodePemCertificates(publicAuthority.authority.certificatePem);
  if (!decoded.ok || decoded.value[0] === undefined) throw new Error('the public CA has no certificate');
  return topologyOf(
    own.organisation,
    { administrator: own.signingKey.publicKey, root: own.root },
    Date.now(),
    {
      partners: [
        partnerOf(partner, shared),
        { kind: 'allowed-domain', id: 'litware', domains: [thirdPartner] },
      ],
      sharedRoots: [anchorOf('public', decoded.value[0].der)],
      publicCertificate: shared,
      isPool,
      hasDirectors,
    },
  );
}

/**
 * The partner's entry: listed by domain, its root pinned by fingerprint. With a shared CA the second organisation's edge has a
 * certificate for serverAuth only, as public CAs issue them, and its entry says that this is enough.
 */
function partnerOf({ organisation, root }: PreparedOrganisation, shared: boolean): AllowedDomain {
  const { domain } = organisation;
  const [id = domain] = domain.split('.');
  const entry = { kind: 'allowed-domain', id, domains: [domain] } as const;
  if (!shared) return { ...entry, anchors: [anchorOf('root', root)] };
  return isServerAuthOnly(domain) ? { ...entry, serverAuthOnly: true } : entry;
}

function isServerAuthOnly(domain: string): boolean {
  return domain === 'fabrikam.example';
}

function publicCertificate({ organisation }: PreparedOrganisation, publicAuthority: PublicAuthority) {
  const { domain, edge } = organisation;
  const names = [edge.externalFqdn, `sip.${domain}`, domain];
  return publicAuthority.issue(names, isServerAuthOnly(domain) ? ['serverAuth'] : undefined);
}

function servicesOf(organisations: readonly Organisation[], hasEdgePool = false) {
  const services = new Map<string, { target: string; port: number }[]>();
  for (const organisation of organisations) {
    const { domain, frontEnds } = organisation;
    const edges = edgesOf(organisation, hasEdgePool && organisation === organisations[0]);
    const outside = (port: 'clients' | 'federation') =>
      edges.map(({ externalFqdn, externalPorts }) => ({ target: externalFqdn, port: externalPorts[port] }));
    const inside = frontEnds.map(({ fqdn, port }) => ({ target: fqdn, port }));
    services.set(`_sipinternaltls._tcp.${domain}`, inside);
    services.set(`_sips._tcp.${domain}`, inside);
    services.set(`_sip._tls.${domain}`, outside('clients'));
    services.set(`_sipfederationtls._tcp.${domain}`, outside('federation'));
  }
  return services;
}

async function temporaryDirectory(own: Own): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'entente-network-'));
  const removed = removeWithLauncher(directory);
  own({
    async [Symbol.asyncDispose]() {
      await rm(directory, { recursive: true, force: true });
      removed();
    },
  });
  return directory;
}
