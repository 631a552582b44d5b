import { addressOfRecord, createResponse, type SipRequest } from '@entente/sip';
import { monotonicNow } from '@entente/sip-endpoint';
import {
  identityOf,
  isEmergencyNumber,
  type PreprocessedRequest,
  type RequestRefusal,
  refusal,
  refuse,
  refuseRequired,
  unreadableRoute,
} from '@entente/sip-proxy';
import {
  EmergencyAllowance,
  numberingOf,
  type ProxyDecision,
  type ProxyPolicy,
  type RequestOrigin,
} from '@entente/sip-relay';
import { links, mayRequest, routeName, type Topology } from '@entente/topology';
import { contactAtBorder, routesAtBorder } from './gateways/gateway-border.ts';
import type { MediationOptions } from './mediation-options.ts';
import type { MediationSender, SenderRole } from './mediation-sender.ts';
import { decideInward } from './route-call-from-gateway.ts';
import { decideOutward } from './route-call-to-gateway.ts';
import { callMethods, decideAlongDialog, relayNotAllowed } from './route-in-dialog.ts';

/** Who is at the other end of each link. */
const roles: ReadonlyMap<number, SenderRole> = new Map([
  [links.frontEndToMediation.row, 'front-end'],
  [links.mediationToGateway.row, 'gateway'],
  [links.edgeToMediation.row, 'edge'],
]);
const nobody = { ok: true, asserted: undefined, values: [] } as const;
/** Extensions that a proxy of calls must understand itself: none. */
const understood: ReadonlySet<string> = new Set();

/**
 * The policy of a mediation server, the only way to the telephone network: calls of users go to gateways, calls of gateways to the user who has the
 * number, and everything in a dialog where it was sealed that the dialog goes.
 */
export class Mediation implements ProxyPolicy<MediationSender> {
  readonly #options: MediationOptions;
  readonly #emergencies = new EmergencyAllowance();

  /** @param options - who this server is, topology and accounts */
  constructor(options: MediationOptions) {
    this.#options = options;
  }

  admit(request: SipRequest, origin: RequestOrigin): MediationSender | RequestRefusal {
    const { fqdn, topology } = this.#options;
    const { server } = origin;
    const { row } = origin.link;
    const role = roles.get(row);
    if (server === undefined || role === undefined)
      return notAllowed(`nobody sends requests on link ${row} here`, 'Use the port that is meant for you.');
    const allowed = mayRequest(topology(), { fqdn: server }, { fqdn }, row);
    if (!allowed.ok) return notAllowed(allowed.rejection.message, allowed.rejection.remedy);
    const identity =
      role === 'front-end' && request.method !== 'ACK'
        ? identityOf(request, { kind: 'trusted-server', name: server }, fqdn)
        : nobody;
    if (!identity.ok) return identity.refusal;
    return { server, role, identity, origin, routes: this.#routesOf(request, topology()) };
  }

  decide(request: SipRequest, sender: MediationSender): ProxyDecision {
    const { routes, tokens, unreadable } = sender.routes;
    if (unreadable !== undefined) return refuse(unreadableRoute(unreadable, false));
    const [token] = tokens;
    if (token?.kind === 'dialog') return decideAlongDialog(request, token, sender, this.#options);
    if (token !== undefined) return refuse(relayNotAllowed('Route', 'a Path entry'));
    if (request.method === 'ACK' || request.to.tag !== undefined) return refuse(notInDialog);
    const [next] = routes;
    if (next !== undefined) return refuse(relayNotAllowed('Route', next.uri.toString()));
    if (request.method === 'OPTIONS' && this.#isForUs(request)) return this.#capabilities(request);
    if (sender.role === 'edge') return refuse(notFromOutside);
    // RFC 3515 §2.2 would allow it: nobody would know whom the telephone network transfers.
    if (request.method === 'REFER') return refuse(notInDialog);
    if (request.method !== 'INVITE') return refuse(callsOnly(request.method));
    return sender.role === 'front-end'
      ? decideOutward(request, sender, this.#options)
      : decideInward(request, sender, this.#options);
  }

  /** A user of ours takes no room from others; an emergency call is refused for nobody's, unless one user makes too many of them. */
  onBehalfOf(request: SipRequest, { identity, origin }: MediationSender): string | undefined {
    const { asserted } = identity;
    if (asserted === undefined || !this.#isEmergencyCall(request, origin)) return asserted;
    return this.#emergencies.take(asserted, this.#now) ? undefined : asserted;
  }

  isInDialog(request: SipRequest): boolean {
    const [token] = this.#routesOf(request, this.#options.topology()).tokens;
    return token?.kind === 'dialog';
  }

  isEmergency(request: SipRequest, origin: RequestOrigin): boolean {
    if (!this.#isEmergencyCall(request, origin)) return false;
    const [caller] = request.has('P-Asserted-Identity') ? request.addressesOf('P-Asserted-Identity') : [];
    const user = caller === undefined ? undefined : addressOfRecord(caller.uri);
    return user === undefined || this.#emergencies.has(user, this.#now);
  }

  /** Whether a request of a server inside calls an emergency number. */
  #isEmergencyCall(request: SipRequest, { link }: RequestOrigin): boolean {
    if (request.method !== 'INVITE' || roles.get(link.row) !== 'front-end') return false;
    return isEmergencyNumber(request.uri, numberingOf(this.#options.topology()));
  }

  get #now(): number {
    return (this.#options.clock ?? monotonicNow)();
  }

  #routesOf(request: SipRequest, topology: Topology): PreprocessedRequest {
    const { fqdn, sealing } = this.#options;
    const pool = routeName(topology, fqdn);
    const isOurHost = (host: string) => host === pool || routeName(topology, host) === pool;
    const routes = routesAtBorder(request, { isOurHost, sealing });
    return contactAtBorder(routes, { isOurHost, sealing });
  }

  /** Addressed to this server or its pool, not to a number. */
  #isForUs({ uri }: SipRequest): boolean {
    const { fqdn, topology } = this.#options;
    if (uri.kind !== 'sip' || uri.rawUser !== undefined) return false;
    return uri.host === fqdn || uri.host === routeName(topology(), fqdn);
  }

  /** RFC 3261 §11.2. */
  #capabilities(request: SipRequest): ProxyDecision {
    const unsupported = refuseRequired(request, understood);
    if (unsupported !== undefined) return refuse(unsupported);
    const response = createResponse(request, 200, undefined, {
      toTag: this.#options.newToken(),
      headers: [
        ['Allow', callMethods],
        ['Accept', 'application/sdp'],
      ],
    });
    return { kind: 'serve', response };
  }
}

const notInDialog = refusal(
  'not-in-dialog',
  403,
  'Route: expected our own entry for this dialog, found none',
  'Send requests in a dialog along its route set, and begin a new call where it is lost.',
);

const notFromOutside = refusal(
  'relay-not-allowed',
  403,
  'expected a request in a call from an edge, found one that begins something',
  'Call the numbers of users at their domain; nobody outside calls the telephone network through us.',
);

function callsOnly(method: string): RequestRefusal {
  return refusal(
    'method-not-allowed',
    405,
    `expected INVITE to or from the telephone network, found ${method}`,
    'Call the number.',
    [['Allow', 'INVITE, OPTIONS']],
  );
}

function notAllowed(message: string, remedy: string): RequestRefusal {
  return refusal('relay-not-allowed', 403, message, remedy);
}
