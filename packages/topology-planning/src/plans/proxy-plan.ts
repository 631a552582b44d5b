import { anyText } from '@entente/options';
import { checkTopology, links, peersOf, type ServerInterface, type Topology } from '@entente/topology';
import { checks } from '../checks.ts';

/** Where a reverse proxy takes users, and where it carries them. */
export interface ProxyPlan {
  /** FQDN of the reverse proxy. */
  readonly proxy: string;
  /** Its outer side: the name that users ask for. */
  readonly outside: Pick<ServerInterface, 'address' | 'fqdn' | 'names'> & { readonly port: number };
  /** The web services that row 10 lets it ask, in the order of the document. */
  readonly webServices: readonly {
    readonly fqdn: string;
    readonly address?: string;
    readonly port: number;
  }[];
  /** The one name that the certificate of each of them has; absent where there is none. */
  readonly sharedName?: string;
}

/** A plan, or why there is none. */
export type PlannedProxy =
  | { readonly ok: true; readonly plan: ProxyPlan }
  | { readonly ok: false; readonly sentence: string; readonly remedy: string };

/**
 * What a reverse proxy of the topology has to do.
 * @param topology - built from a checked document
 * @param asked - FQDN of the proxy; the only one where it is absent
 */
export function proxyPlan(topology: Topology, asked?: string): PlannedProxy {
  checkTopology(topology, 'proxyPlan');
  if (asked !== undefined) checks.argument(asked, anyText, 'asked of proxyPlan');
  const proxies = [...topology.servers.values()].filter(({ role }) => role === 'reverse-proxy');
  const found = proxies.filter(({ fqdn }) => asked === undefined || fqdn === asked);
  const [server] = found;
  if (server === undefined || found.length > 1) {
    const names = proxies.map(({ fqdn }) => fqdn).join(', ');
    return {
      ok: false,
      sentence: `expected one reverse proxy${asked === undefined ? '' : ` with that name`}, found ${names === '' ? 'none in the topology' : names}`,
      remedy:
        names === ''
          ? 'add one: entente topology add server <fqdn> --role reverse-proxy'
          : 'name one of them: --server <fqdn>',
    };
  }
  const side = server.interfaces.external;
  const port = side?.ports.web;
  if (side === undefined || port === undefined)
    return {
      ok: false,
      sentence: `expected that ${server.fqdn} has an outer side, found none`,
      remedy: 'give the server an external interface with the name that users ask for',
    };
  const webServices = peersOf(topology, server.fqdn)
    .filter(({ maySend, row }) => row === links.reverseProxyToWebServices.row && maySend)
    .map(({ address, fqdn, port: at }) => ({
      fqdn,
      port: at,
      ...(address === undefined ? {} : { address }),
    }));
  if (webServices.length === 0)
    return {
      ok: false,
      sentence: `expected web services that ${server.fqdn} may ask, found none`,
      remedy: 'add one: entente topology add server <fqdn> --role web-services; or open the row again',
    };
  const shared = sharedName(topology, webServices);
  const outside = {
    fqdn: side.fqdn,
    names: side.names,
    port,
    ...(side.address === undefined ? {} : { address: side.address }),
  };
  return {
    ok: true,
    plan: {
      proxy: server.fqdn,
      outside,
      webServices,
      ...(shared === undefined ? {} : { sharedName: shared }),
    },
  };
}

/** The own name of one server; the name of the pool that several are in. */
function sharedName({ servers }: Topology, all: ProxyPlan['webServices']): string | undefined {
  if (all.length === 1) return all[0]?.fqdn;
  const pools = new Set(all.map(({ fqdn }) => servers.get(fqdn)?.pool?.fqdn));
  return pools.size === 1 ? [...pools][0] : undefined;
}
