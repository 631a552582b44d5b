import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AllowedDomain } from '@entente/topology';
import { startDnsServer } from './dns-server.ts';
import { freePorts } from './free-ports.ts';
import type { Network, NetworkOptions } from './network.ts';
import { addressesOf, anchorOf, layOut, type Organisation, portsNeeded, topologyOf } from './organisation.ts';
import { type PreparedOrganisation, prepareOrganisation } from './prepare-organisation.ts';
import { runOrganisation } from './run-organisation.ts';

/**
 * Starts an organisation: an authority, a pool of two front ends, and users' clients, each a process of its own on
 * loopback.
 * @param options names, place, clients
 */
export async function startNetwork(options: NetworkOptions = {}): Promise<Network> {
  const [network] = await startAll([options.domain ?? 'contoso.example'], options);
  return network as Network;
}

/** Two organisations with an edge each. */
export interface Federation extends AsyncDisposable {
  readonly contoso: Network;
  readonly fabrikam: Network;
}

/**
 * Starts contoso.example and fabrikam.example, each with its own CA, authority, pool and edge. They have exchanged their
 * roots by fingerprint; each believes the other about the other's names, and about nothing else.
 * @param options clients and who is told; `domain` has no effect
 */
export async function startFederation(options: Omit<NetworkOptions, 'domain'> = {}): Promise<Federation> {
  const [contoso, fabrikam] = await startAll(['contoso.example', 'fabrikam.example'], options);
  return {
    contoso: contoso as Network,
    fabrikam: fabrikam as Network,
    async [Symbol.asyncDispose]() {
      await fabrikam?.[Symbol.asyncDispose]();
      await contoso?.[Symbol.asyncDispose]();
    },
  };
}

async function startAll(domains: readonly string[], options: NetworkOptions): Promise<readonly Network[]> {
  const started: AsyncDisposable[] = [];
  const stop = async (): Promise<void> => {
    for (const item of started.splice(0).reverse()) await item[Symbol.asyncDispose]();
  };
  try {
    const directory = options.directory ?? (await temporaryDirectory(started));
    const ports = await freePorts(portsNeeded * domains.length);
    const organisations = domains.map((domain) => layOut(domain, ports.splice(0, portsNeeded)));
    const addresses = new Map(organisations.flatMap((organisation) => [...addressesOf(organisation)]));
    const dns = await startDnsServer({ addresses, services: servicesOf(organisations) });
    started.push(dns);
    options.onStep?.(`making the authorities: root, issuing CA, revocation lists (${domains.join(', ')})`);
    const prepared = await Promise.all(
      organisations.map((organisation) =>
        prepareOrganisation(
          organisation,
          domains.length === 1 ? directory : join(directory, organisation.domain),
        ),
      ),
    );
    const networks = await Promise.all(
      prepared.map(async (own) => {
        const others = prepared.filter((other) => other !== own);
        const network = await runOrganisation(own, firstTopology(own, others), { addresses, dns }, options);
        started.push(network);
        return network;
      }),
    );
    // Whichever is disposed of first takes what is shared with it once all are gone.
    let left = networks.length;
    return networks.map((network) => ({
      ...network,
      async [Symbol.asyncDispose]() {
        await network[Symbol.asyncDispose]();
        left--;
        if (left === 0) await stop();
      },
    }));
  } catch (error) {
    await stop();
    throw error;
  }
}

function firstTopology(own: PreparedOrganisation, others: readonly PreparedOrganisation[]) {
  const keys = { administrator: own.signingKey.publicKey, root: own.root };
  const partners = others.map(partnerOf);
  return topologyOf(own.organisation, keys, Date.now(), partners.length === 0 ? undefined : { partners });
}

/** The partner's entry: listed by domain, its root pinned by fingerprint. */
function partnerOf({ organisation, root }: PreparedOrganisation): AllowedDomain {
  const { domain } = organisation;
  const [id = domain] = domain.split('.');
  return { kind: 'allowed-domain', id, domains: [domain], anchors: [anchorOf('root', root)] };
}

function servicesOf(organisations: readonly Organisation[]) {
  const services = new Map<string, { target: string; port: number }[]>();
  for (const { domain, edge, frontEnds } of organisations) {
    const inside = frontEnds.map(({ fqdn, port }) => ({ target: fqdn, port }));
    services.set(`_sipinternaltls._tcp.${domain}`, inside);
    services.set(`_sips._tcp.${domain}`, inside);
    services.set(`_sip._tls.${domain}`, [{ target: edge.externalFqdn, port: edge.externalPorts.clients }]);
    services.set(`_sipfederationtls._tcp.${domain}`, [
      { target: edge.externalFqdn, port: edge.externalPorts.federation },
    ]);
  }
  return services;
}

async function temporaryDirectory(started: AsyncDisposable[]): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'entente-network-'));
  started.push({ [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) });
  return directory;
}
