import type { Uri } from '@entente/sip';
import { handedOnEntry, writerOf } from '@entente/sip-proxy';
import { livingFirst } from '@entente/sip-relay';
import { routeName, serversBehind } from '@entente/topology';
import type { EdgeRoute } from './decide-edge-route.ts';
import type { EdgeSender } from './edge-sender.ts';
import type { EdgeTarget, ForwardingOptions } from './forwarding.ts';

type DeviceRoute = Extract<EdgeRoute, { kind: 'device' }>;
type Groups = readonly (readonly EdgeTarget[])[];

/**
 * The targets of a request that may pass, in the order to try: connections of a device, members of a pool, or a partner's domain.
 * @param route - where it goes
 * @param uri - the Request-URI
 * @param sender - who sends it
 * @param options - what this edge knows
 * @returns no groups for a device that has no connection to this edge, and is not looked for at another
 */
export function targetsOf(
  route: EdgeRoute,
  uri: Uri,
  sender: EdgeSender,
  options: ForwardingOptions,
): Groups {
  const text = uri.toString();
  if (route.kind === 'partner') return [[targetAt(text, undefined, undefined)]];
  const topology = options.topology();
  if (route.kind === 'inside') {
    const { among, first, server: name } = route;
    // What one member has answered, no other is asked again.
    const members = livingFirst(among ?? serversBehind(topology, name, first), options.isLiving);
    return members.map((server) => [targetAt(text, name, server)]);
  }
  const here = connectionsOf(route, uri, text, options);
  return here.length > 0 || route.isExact ? here : otherEdges(route, text, sender, options);
}

/** All targets have the same fields in the same order, and so one hidden class: Node 20 gives each copy by spread its own. */
function targetAt(
  uri: string,
  instance: string | undefined,
  server: string | undefined,
  routes: readonly string[] = [],
  flow?: string,
): EdgeTarget {
  return { uri, flow, routes, instance, server };
}

/** The device that is meant over each of its connections to this edge. */
function connectionsOf(route: DeviceRoute, uri: Uri, text: string, options: ForwardingOptions): Groups {
  const { devices, flows, topology } = options;
  const { device, isExact, user } = route;
  const exact = isExact ? devices.flowOf(user, device) : undefined;
  const found = isExact ? (exact === undefined ? [] : [exact]) : devices.flowsOf(user, device);
  const isGruu = uri.kind === 'sip' && uri.isGruu && topology().isOurDomain(uri.host);
  // The name of an unregistered device is a connection, perhaps one of another edge.
  return found
    .filter(({ flow }) => flows.idOf(flow) !== undefined)
    .map(({ flow, uri: contact }) => [
      // A GRUU stands for the Contact of the device (RFC 5627 §6.1).
      targetAt(isGruu && contact !== '' ? contact : text, device, undefined, [], flow),
    ]);
}

/**
 * The other edges of our pool, each asked by its own name: what comes from one of them goes no further, so nothing goes round. Only servers
 * inside send such requests, and they ask each member of the pool themselves: one that does not answer is left to them.
 */
function otherEdges(
  { device, entry }: DeviceRoute,
  text: string,
  { origin }: EdgeSender,
  { addresses, isLiving, topology }: ForwardingOptions,
): Groups {
  const current = topology();
  const self = addresses.inside.host;
  const pool = routeName(current, self);
  if (entry === undefined || pool === self || routeName(current, origin.server ?? '') === pool) return [];
  const edges = serversBehind(current, pool, { member: writerOf(entry), port: entry.port });
  return edges
    .filter((edge) => edge !== self && isLiving?.(edge) !== false)
    .map((server) => {
      const port = current.servers.get(server)?.interfaces.internal?.ports.sip;
      const routes = [`${handedOnEntry(entry, { host: server, port })}`];
      return [targetAt(text, device, server, routes)];
    });
}
