import { join } from 'node:path';
import { StepClock } from '@entente/testkit';
import {
  addressesOf,
  anchorOf,
  freePorts,
  layOut,
  type PreparedOrganisation,
  portsNeeded,
  prepareOrganisation,
  startDnsServer,
  topologyOf,
} from '@entente/testkit/parts';
import { links } from '@entente/topology';
import { Opened } from '../../harness/opened.ts';
import { InProcessOrganisation, type NetworkLine, type Surroundings } from './in-process.ts';

/** Two organisations in this process that trust each other, with an edge and two front ends each. */
export interface MovedFederation extends AsyncDisposable {
  readonly clock: StepClock;
  readonly contoso: InProcessOrganisation;
  readonly fabrikam: InProcessOrganisation;
  readonly around: Surroundings;
  /** What all servers have logged. */
  readonly lines: readonly NetworkLine[];
}

/** When things happen, milliseconds since 1970. */
export interface FederationTimes {
  /** The ceremonies. */
  readonly ceremony: number;
  /** The authorities start, and the servers join. */
  readonly start: number;
}

/**
 * Starts the two organisations.
 * @param times - of the ceremonies and of the start
 */
export async function startMovedFederation(times: FederationTimes): Promise<MovedFederation> {
  const opened = new Opened();
  return opened.orEnd(async () => {
    const directory = await opened.folder();
    const ports = await freePorts(2 * portsNeeded);
    const [first, second] = await Promise.all(
      ['contoso.example', 'fabrikam.example'].map((domain) => {
        const organisation = layOut(domain, ports.splice(0, portsNeeded));
        return prepareOrganisation(organisation, join(directory, domain), true, times.ceremony);
      }),
    );
    const pair = [first, second] as [PreparedOrganisation, PreparedOrganisation];
    const addresses = new Map(pair.flatMap(({ organisation }) => [...addressesOf(organisation)]));
    const dns = opened.use(await startDnsServer({ addresses, services: servicesOf(pair) }));
    const clock = new StepClock(times.start);
    const lines: NetworkLine[] = [];
    const around = { clock, addresses, dns: `${dns.address}:${dns.port}`, lines };
    const start = async (own: PreparedOrganisation, partner: PreparedOrganisation) => {
      const topology = topologyWith(own, partner, times.start);
      const organisation = opened.use(await InProcessOrganisation.start(around, own, topology));
      const { edge, frontEnds } = own.organisation;
      for (const { fqdn } of [...frontEnds, edge]) await organisation.join(fqdn);
      return organisation;
    };
    const contoso = await start(pair[0], pair[1]);
    const fabrikam = await start(pair[1], pair[0]);
    return {
      around,
      clock,
      contoso,
      fabrikam,
      lines,
      [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
    };
  });
}

function topologyWith(own: PreparedOrganisation, partner: PreparedOrganisation, now: number) {
  const { organisation, root, signingKey } = own;
  const { domain } = partner.organisation;
  const [id = domain] = domain.split('.');
  const document = topologyOf(organisation, { administrator: signingKey.publicKey, root }, now, {
    partners: [{ kind: 'allowed-domain', id, domains: [domain], anchors: [anchorOf('root', partner.root)] }],
  });
  // A push that is under way when the clock jumps by hours is given up, and its server waits until time goes on, which waits for the server.
  return { ...document, links: [{ row: links.authorityToEdge.row, closed: true as const }] };
}

function servicesOf(organisations: readonly PreparedOrganisation[]) {
  return new Map(
    organisations.map(({ organisation: { domain, edge } }) => [
      `_sipfederationtls._tcp.${domain}`,
      [{ target: edge.externalFqdn, port: edge.externalPorts.federation }],
    ]),
  );
}
