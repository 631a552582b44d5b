import { freePorts, type Network } from '@entente/testkit';
import { type ServerEntry, type Service, type TopologyDocument, topologyHash } from '@entente/topology';

const domain = 'contoso.example';

/** Servers of contoso.example beside those that every test network has, and where users find them. */
export const places = {
  mediation: `med1.${domain}`,
  /** Another one than the gateway of the uninvited, whose certificate is revoked. */
  gateway: `gw2.${domain}`,
  chat: `chat1.${domain}`,
  webServices: `web1.${domain}`,
  reverseProxy: `rp1.${domain}`,
  /** Name of the reverse proxy outside. */
  www: `www.${domain}`,
  /** The room of the chat server. */
  room: `lobby@${domain}`,
} as const;

/** Beginning of the numbers of fabrikam.example. */
const partnerNumbers = '+4940';

/** Numbers of users, who may all call outside, by user part. */
export const numbers = {
  contoso: { alice: '+49301001', bob: '+49301002' },
  fabrikam: { alice: `${partnerNumbers}1001` },
  /** Somebody in the telephone network. */
  outside: '+442079460123',
} as const;

/** The accounts of an organisation, each with its number and the right to call outside. */
export function accountsOf(organisation: 'contoso' | 'fabrikam') {
  const known: Readonly<Record<string, string>> = numbers[organisation];
  const entries = Object.entries(known).map(([name, number]) => [name, { number, rights: ['dial-outside'] }]);
  return Object.fromEntries(entries) as Record<string, { number: string; rights: string[] }>;
}

/** The topology of the whole figure. */
export interface WholeTopology {
  /** For `extend` of a network: the first version, with a pool of front ends and nobody outside. */
  readonly extend: (document: TopologyDocument) => TopologyDocument;
  /** Publishes the second version, with everything. */
  publish(network: Pick<Network, 'administrator'>): Promise<void>;
  /**
   * Where a server listens, on 127.0.0.1.
   * @param fqdn - its name
   * @param service - e.g. `sip`
   * @throws where the topology has no such port
   */
  portOf(fqdn: string, service: Service): number;
}

/** Ports that {@link completeTopology} needs. */
export const portsToComplete = 9;

/**
 * Completes a topology to the whole figure: a gateway behind mediation, a room, web services and their reverse proxy.
 * @param document - of a test network
 * @param ports - {@link portsToComplete} free ones
 */
export function completeTopology(document: TopologyDocument, ports: readonly number[]): TopologyDocument {
  const free = ports[Symbol.iterator]();
  const port = (): number => free.next().value as number;
  const at = (...services: readonly string[]) => ({
    address: '127.0.0.1',
    ports: Object.fromEntries([...services, 'validation'].map((service) => [service, port()])),
  });
  const servers: readonly ServerEntry[] = [
    { fqdn: places.gateway, role: 'gateway', interfaces: { internal: at('sip') } },
    { fqdn: places.chat, role: 'trusted-application', interfaces: { internal: at('sip') } },
    { fqdn: places.webServices, role: 'web-services', interfaces: { internal: at('web', 'proxied') } },
    {
      fqdn: places.reverseProxy,
      role: 'reverse-proxy',
      interfaces: {
        internal: at(),
        external: { fqdn: places.www, address: '127.0.0.1', ports: { web: port() } },
      },
    },
  ];
  return {
    ...document,
    servers: [...document.servers, ...servers],
    users: { ...document.users, [places.room]: places.chat },
    ...(document.partners === undefined ? {} : { partners: document.partners.map(withNumbers) }),
    telephony: {
      rules: [
        { prefix: '00', minLength: 4, strip: 2, prepend: '+' },
        { prefix: '0', minLength: 4, strip: 1, prepend: '+49' },
      ],
      routes: [
        { prefix: '+', gateway: places.gateway },
        { prefix: '112', gateway: places.gateway },
      ],
      emergencyNumbers: ['112'],
      healthSeconds: 2,
    },
  };
}

/** The topology of the demo, in two versions. */
export async function wholeTopology(): Promise<WholeTopology> {
  const ports = await freePorts(portsToComplete);
  let whole: TopologyDocument | undefined;
  return {
    extend(document) {
      const first = withoutPerimeter(document);
      whole = {
        ...completeTopology(document, ports),
        version: first.version + 1,
        previous: topologyHash(first),
      };
      return first;
    },
    async publish({ administrator }) {
      if (whole !== undefined) await administrator.publish(whole);
    },
    portOf(fqdn, service) {
      const { external, internal } = whole?.servers.find((server) => server.fqdn === fqdn)?.interfaces ?? {};
      const port = internal?.ports?.[service] ?? external?.ports?.[service];
      if (port === undefined) throw new Error(`the topology has no port ${service} of ${fqdn}`);
      return port;
    },
  };
}

/** Directors serve users outside alone; without edges there are neither those nor partners. */
function withoutPerimeter({ partners: _, ...document }: TopologyDocument): TopologyDocument {
  const isInside = ({ role }: { readonly role: string }) => role !== 'edge' && role !== 'director';
  return {
    ...document,
    ...(document.pools === undefined ? {} : { pools: document.pools.filter(isInside) }),
    servers: document.servers.filter(isInside),
  };
}

function withNumbers<T extends NonNullable<TopologyDocument['partners']>[number]>(partner: T): T {
  return partner.kind !== 'blocked' && partner.id === 'fabrikam'
    ? { ...partner, numbers: [partnerNumbers] }
    : partner;
}
