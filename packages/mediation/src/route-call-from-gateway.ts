import { parseUri, type SipRequest, type Uri } from '@entente/sip';
import { isTelephoneUri, numberOf, type RequestRefusal, refusal, refuse } from '@entente/sip-proxy';
import { livingFirst, numberingOf, type ProxyDecision } from '@entente/sip-relay';
import { routeName, type Topology } from '@entente/topology';
import { MediationRules } from './forwarding.ts';
import type { MediationOptions } from './mediation-options.ts';
import type { MediationSender } from './mediation-sender.ts';
import { refuseCaller } from './numbers/caller.ts';
import { refuseTakeover } from './transfers/refuse-transfer.ts';

/**
 * Decides where a call from the telephone network goes: to the user who has the number, and nowhere else.
 * @param request - INVITE of a gateway, outside of a dialog
 * @param sender - the gateway
 * @param options - topology and accounts
 */
export function decideInward(
  request: SipRequest,
  sender: MediationSender,
  options: MediationOptions,
): ProxyDecision {
  const { fqdn } = options;
  const { known } = options.accounts;
  const topology = options.topology();
  const { uri } = sender.routes;
  if (!isForUs(uri, topology, fqdn)) return refuse(notForUs(uri));
  const isNumberOfUser = (number: string) => known.withNumber(number).length > 0;
  const refused = refuseTakeover(request) ?? refuseCaller(request, { fqdn, topology, isNumberOfUser });
  if (refused !== undefined) return refuse(refused);
  const called = numberOf(uri, numberingOf(topology));
  if (!called.ok) return refuse(called.refusal);
  const owners = known.withNumber(called.number).filter(({ state }) => state === 'enabled');
  const [owner] = owners;
  if (owner === undefined || owners.length > 1) return refuse(nobodyHas(called.number, owners.length));
  const { address, home } = owner;
  const scheme = uri.scheme === 'sips' ? 'sips' : 'sip';
  const to = parseUri(`${scheme}:${address}`);
  const servers = topology.homeServers(address, home).map(({ fqdn }) => fqdn);
  const [first] = servers;
  if (!to.ok || first === undefined) return refuse(nobodyHas(called.number, 0));
  const instance = routeName(topology, first);
  const text = to.value.toString();
  const targets = livingFirst(servers.slice(0, maxServers), options.isLiving).map((server) => [
    { uri: text, routes: [], flow: undefined, instance, server },
  ]);
  const users = { sender: '', receiver: address };
  return {
    kind: 'relay',
    targets,
    rules: new MediationRules({ request, sender, users, hasGateway: true }, options),
  };
}

/** Servers of a pool that are asked for a user, one after the other. */
const maxServers = 4;

/** A gateway calls numbers, at our name, that of our pool, or a domain of ours. */
function isForUs(uri: Uri, topology: Topology, fqdn: string): boolean {
  if (uri.kind !== 'sip') return isTelephoneUri(uri);
  return uri.host === fqdn || uri.host === routeName(topology, fqdn) || topology.isOurDomain(uri.host);
}

function notForUs(uri: Uri): RequestRefusal {
  return refusal(
    'relay-not-allowed',
    403,
    `Request-URI: expected a number at this server or at a domain of ours, found ${uri.toString()}`,
    'Let the gateway call the numbers of users, as tel: URIs or at the name of this server.',
  );
}

function nobodyHas(number: string, count: number): RequestRefusal {
  return refusal(
    'unknown-user',
    404,
    `Request-URI: expected the number of one user who may sign in, found ${number}, which ${count === 0 ? 'nobody has' : `${count} users have`}`,
    'Give the number to one user: entente user number --set.',
  );
}
