import type { SipRequest } from '@entente/sip';
import {
  type DialogToken,
  otherSide,
  type RequestRefusal,
  refusal,
  refuse,
  writerOf,
} from '@entente/sip-proxy';
import { livingFirst, type ProxyDecision } from '@entente/sip-relay';
import { type Role, serversBehind, type Topology } from '@entente/topology';
import { endName, MediationRules } from './forwarding.ts';
import { leadsInside } from './gateways/leads-inside.ts';
import type { MediationOptions } from './mediation-options.ts';
import type { MediationSender } from './mediation-sender.ts';
import { refuseFrom } from './numbers/caller.ts';
import { refuseTransfer } from './transfers/refuse-transfer.ts';

/** Methods that have no place in a call. */
const notInCalls: ReadonlySet<string> = new Set(['REGISTER', 'PUBLISH', 'SUBSCRIBE']);

/**
 * Decides where a request in a dialog goes: to the other end that our token names, whatever else the Route says. A gateway that the token does not
 * name has no use for it.
 * @param request - with our token in its Route
 * @param token - what that says
 * @param sender - the server it came from
 * @param options - topology and accounts
 */
export function decideAlongDialog(
  request: SipRequest,
  token: DialogToken,
  sender: MediationSender,
  options: MediationOptions,
): ProxyDecision {
  const topology = options.topology();
  const here = token[token.sender];
  const there = token[otherSide(token.sender)];
  if (here.via !== endName(topology, sender.server))
    return refuse(relayNotAllowed('Route', `a route sealed for ${here.via}`));
  if (notInCalls.has(request.method)) return refuse(notACall(request.method));
  if (sender.role === 'front-end' && here.user !== '' && request.method !== 'ACK') {
    const { asserted } = sender.identity;
    if (asserted !== here.user) return refuse(otherIdentity(here.user, asserted));
  }
  const spoofed = sender.role === 'gateway' ? refuseCallerInDialog(request, token, options) : undefined;
  if (spoofed !== undefined) return refuse(spoofed);
  if (request.method === 'REFER') {
    const user = sender.role === 'front-end' ? here.user : undefined;
    const refused = refuseTransfer(request, user, { topology, accounts: options.accounts });
    if (refused !== undefined) return refuse(refused);
  }
  const toGateway = roleOf(topology, there.via) === 'gateway';
  const next = sender.routes.routes[0]?.uri;
  // Our servers record a route each: without theirs a request would go past them. A gateway may be the end itself.
  const leads = next?.kind === 'sip' && endName(topology, next.host) === there.via;
  if (!leads && !(toGateway && !sender.routes.routes.some(({ uri }) => leadsInside(uri, topology))))
    return refuse(relayNotAllowed('Route', next?.toString() ?? 'none'));
  const first = next?.kind === 'sip' && leads ? { member: writerOf(next), port: next.port } : undefined;
  const servers = livingFirst(serversBehind(topology, there.via, first), options.isLiving);
  const uri = sender.routes.uri.toString();
  return {
    kind: 'relay',
    targets: servers.map((server) => [{ uri, routes: [], flow: undefined, instance: there.via, server }]),
    rules: new MediationRules(
      {
        request,
        sender,
        users: { sender: here.user, receiver: there.user },
        hasGateway: true,
        write: (editor) => {
          // Who is at an end was said when the call began.
          if (request.has('P-Asserted-Identity') && sender.role === 'gateway')
            editor.remove('P-Asserted-Identity');
        },
      },
      options,
    ),
  };
}

/**
 * A gateway that has begun a call speaks in it as one that begins it. One that was called has the number that was called: with another our token does not
 * open. A call ends although a user has got the number meanwhile.
 */
function refuseCallerInDialog(
  request: SipRequest,
  { sender }: DialogToken,
  { accounts, fqdn, topology }: MediationOptions,
): RequestRefusal | undefined {
  if (sender === 'called' || request.method === 'ACK' || request.method === 'BYE') return undefined;
  const isNumberOfUser = (number: string) => accounts.known.withNumber(number).length > 0;
  return refuseFrom(request, { fqdn, topology: topology(), isNumberOfUser });
}

function roleOf({ pools, servers }: Topology, name: string): Role | undefined {
  return servers.get(name)?.role ?? pools.get(name)?.role;
}

function otherIdentity(expected: string, found: string | undefined): RequestRefusal {
  return refusal(
    'identity-not-authorised',
    403,
    `P-Asserted-Identity: expected ${expected}, who is at this end of the dialog, found ${found ?? 'none'}`,
    'Send the request over the server that has authenticated the user.',
  );
}

function notACall(method: string): RequestRefusal {
  return refusal(
    'method-not-allowed',
    405,
    `expected a request of a call, found ${method}`,
    'Send it to a server that serves it.',
    [['Allow', callMethods]],
  );
}

/** What is carried in a call. */
export const callMethods = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, PRACK, UPDATE, REFER, NOTIFY, MESSAGE';

/** The refusal of a route that nobody has sealed for the sender. */
export function relayNotAllowed(header: 'Route' | 'Request-URI', found: string): RequestRefusal {
  return refusal(
    'relay-not-allowed',
    403,
    `${header}: expected a route that this server has sealed for the sender, found ${found}`,
    'Send requests in a dialog along its route set, and no Route with one that begins a call.',
  );
}
