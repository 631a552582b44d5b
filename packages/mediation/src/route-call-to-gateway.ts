import { type SipRequest, SipUri } from '@entente/sip';
import { numberOf, type RequestRefusal, refusal, refuse } from '@entente/sip-proxy';
import { livingFirst, numberingOf, type ProxyDecision } from '@entente/sip-relay';
import { routeName, serversBehind, type Topology } from '@entente/topology';
import { MediationRules, type MediationTarget } from './forwarding.ts';
import { type CalledNumber, chooseGateways } from './gateways/choose-gateways.ts';
import { otherCallOf } from './gateways/gateway-fields.ts';
import type { MediationOptions } from './mediation-options.ts';
import type { MediationSender } from './mediation-sender.ts';
import { writeCaller } from './numbers/caller.ts';
import { mayCall } from './numbers/may-call.ts';

/**
 * Decides where a call of a user goes: to the gateways that take the number, one after the other, or to the partner whose number it is. The right to
 * call is asked here again, because nothing else stands between a front end and what a call costs.
 * @param request - INVITE of a front end, outside of a dialog
 * @param sender - the front end, and whom it vouches for
 * @param options - topology, accounts, and which gateways answer
 */
export function decideOutward(
  request: SipRequest,
  sender: MediationSender,
  options: MediationOptions,
): ProxyDecision {
  const topology = options.topology();
  const { uri } = sender.routes;
  const called = numberOf(uri, numberingOf(topology));
  if (!called.ok) return refuse(called.refusal);
  const user = sender.identity.asserted;
  const caller = mayCall(user, options.accounts, `Request-URI: expected a user, found ${uri.toString()}`);
  if (!caller.ok && !called.isEmergency) return refuse(caller.refusal);
  const scheme = uri.scheme === 'sips' ? 'sips' : 'sip';
  const partner = called.isEmergency ? undefined : partnerOf(called.number, topology);
  const users = { sender: user ?? '', receiver: '' };
  if (partner !== undefined) {
    const targets = edgesTowards(numberAt(scheme, called.number, partner), options, topology);
    if (targets.length === 0) return refuse(noRoute(called));
    const rules = new MediationRules({ request, sender, users, hasGateway: false }, options);
    return { kind: 'relay', targets: targets.map((target) => [target]), rules };
  }
  const otherCall = otherCallOf(request);
  // In need the call goes out without it.
  if (otherCall !== undefined && !called.isEmergency)
    return refuse(takeover(otherCall, request.get(otherCall)));
  const { isGatewayLiving = () => true } = options;
  const gateways = chooseGateways(called, topology.telephony.routes, isGatewayLiving);
  const [first, ...others] = gateways.map((server) => ({
    uri: numberAt(scheme, called.number, server),
    routes: [],
    flow: undefined,
    instance: server,
    server,
  }));
  if (first === undefined) return refuse(noRoute(called));
  // In need a caller may be unknown here: what the front end says of the user is all there is.
  const account = caller.ok ? caller.account : options.accounts.known.of(user ?? '');
  const rules = new MediationRules(
    {
      request,
      sender,
      users,
      hasGateway: true,
      others,
      write: (editor, { server }) =>
        writeCaller(editor, request, {
          account,
          isEmergency: called.isEmergency,
          isTrusted: topology.servers.get(server)?.flags.trustedWithIdentities === true,
        }),
    },
    options,
  );
  return { kind: 'relay', targets: [[first]], rules };
}

/** RFC 3261 §19.1.6. */
function numberAt(scheme: 'sip' | 'sips', number: string, host: string): string {
  return SipUri.from({ scheme, user: number, host, parameters: { user: 'phone' } }).toString();
}

/** The domain of the partner whose number it is: the longest prefix counts. */
function partnerOf(number: string, { document }: Topology): string | undefined {
  let longest = 0;
  let domain: string | undefined;
  for (const entry of document.partners ?? []) {
    if (entry.kind === 'blocked') continue;
    for (const prefix of entry.numbers ?? []) {
      if (prefix.length <= longest || !number.startsWith(prefix)) continue;
      longest = prefix.length;
      domain = entry.domains[0];
    }
  }
  return domain;
}

/** The edge, or the members of the first pool of edges, those that answer first. */
function edgesTowards(
  uri: string,
  { isLiving }: MediationOptions,
  topology: Topology,
): readonly MediationTarget[] {
  for (const { fqdn, role } of topology.servers.values()) {
    if (role !== 'edge') continue;
    const name = routeName(topology, fqdn);
    const edges = livingFirst(serversBehind(topology, name), isLiving);
    return edges.map((server) => ({ uri, routes: [], flow: undefined, instance: name, server }));
  }
  return [];
}

function noRoute({ number }: CalledNumber): RequestRefusal {
  return refusal(
    'number-not-routed',
    404,
    `Request-URI: expected a number that a route takes, found ${number}`,
    'Add a route under telephony.routes of the topology, with a prefix of the number.',
  );
}

/** Nobody knows whether the call that it names is one of the caller's. */
function takeover(field: string, found: string | undefined): RequestRefusal {
  return refusal(
    'transfer-not-allowed',
    403,
    `${field}: expected none towards the telephone network, found ${found ?? 'none'}`,
    'Let the user who talks with the telephone network transfer that call with REFER.',
  );
}
