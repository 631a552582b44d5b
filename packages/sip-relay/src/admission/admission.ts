import { randomBytes } from 'node:crypto';
import {
  addressOfRecord,
  type CredentialRecord,
  nonceSaltBytes,
  ReplayWindow,
  type SipRequest,
  type Uri,
} from '@entente/sip';
import {
  type AssertedIdentity,
  authenticate,
  type CredentialField,
  credentialField,
  type DialogToken,
  GuessLimit,
  identityInDialog,
  identityOf,
  type RequestRefusal,
  refusal,
  registeredAddress,
  unknownEnd,
} from '@entente/sip-proxy';
import { addressGroup } from '@entente/tls';
import { mayRequest, type RequestAllowed, type Topology } from '@entente/topology';
import type { FlowNames } from '../flow-names.ts';
import type { RequestOrigin } from '../proxy-policy.ts';
import { AckAllowance } from './ack-allowance.ts';
import type { AcceptedIdentity, Sender } from './sender.ts';
import { UserAddresses } from './user-addresses.ts';

/** The digests of users' passwords. */
export interface Credentials {
  find(username: string, realm: string): CredentialRecord | undefined;
  /** Whether a user has a verifier for MD5, which is how it is turned on for that user. */
  hasMd5(username: string, realm: string): boolean;
}

/** What decides who sends a request. */
export interface AdmissionOptions {
  readonly fqdn: string;
  readonly topology: () => Topology;
  readonly credentials: Credentials;
  /** Names of client connections. */
  readonly flows: FlowNames;
  /** A user has authenticated on a connection for the first time. */
  readonly onUser: (address: string, origin: RequestOrigin) => void;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** What a topology says of the server at the other end of a connection. */
interface ServerStanding {
  readonly topology: Topology;
  readonly allowed: RequestAllowed;
  /** Whether it is believed when it says who a user is. */
  readonly vouches: boolean;
}

const nonceLifetimeMs = 300_000;
/** A user who has authenticated on a connection may use it without credentials for this long. */
const provenForMs = 3_600_000;
const nonceKeyBytes = 32;
const notAuthenticated = refusal(
  'authentication-required',
  401,
  'ACK: expected our entry for its dialog, on the connection of its user or on one that is nobody’s and has sent few, found none',
  'Register first.',
);
const nobody: AcceptedIdentity = { ok: true, asserted: undefined, values: [] };

/** A user, by the addresses of record that it may send as, and by which field of the request it has proven that. */
interface ProvenUser {
  readonly addresses: readonly string[];
  readonly by: CredentialField | undefined;
}

/** Who sends a request, and whether they may: a server of the topology, or a user who has authenticated by digest. */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #window = new ReplayWindow({ lifetimeMs: nonceLifetimeMs });
  readonly #nonceKey = randomBytes(nonceKeyBytes);
  readonly #guesses = new GuessLimit();
  readonly #acks = new AckAllowance();
  readonly #addresses = new UserAddresses();
  readonly #standings = new WeakMap<RequestOrigin, ServerStanding>();

  /** @param options - this server, its users' credentials, the topology in force */
  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /**
   * Who sends this request.
   * @param request - whose form is valid
   * @param origin - the connection it came over
   * @param dialog - our token for the dialog that it is in; what that vouches for counts, not From
   */
  admit(request: SipRequest, origin: RequestOrigin, dialog?: DialogToken): Sender | RequestRefusal {
    const { server } = origin;
    if (server !== undefined) return this.#fromServer(request, origin, server, dialog);
    const { fqdn, flows } = this.#options;
    if (request.method === 'ACK') return this.#acknowledgement(request, origin, dialog);
    const proven = this.#provenUser(request, origin, dialog);
    if ('reason' in proven) return proven;
    const { addresses } = proven;
    if (request.method === 'REGISTER') {
      const registered = registeredAddress(request, addresses);
      if (!registered.ok) return registered.refusal;
    }
    const identity = userIdentity(request, addresses, dialog, fqdn);
    return identity.ok ? clientSender(identity, origin, flows.of(origin), proven.by) : identity.refusal;
  }

  /**
   * An ACK for a 2xx cannot be challenged (RFC 3261 §22.1): it counts in a dialog whose token names a user of ours, whose device connects
   * here. On a connection of other users it does not; on one on which nobody has authenticated, a few do.
   */
  #acknowledgement(
    request: SipRequest,
    origin: RequestOrigin,
    dialog: DialogToken | undefined,
  ): Sender | RequestRefusal {
    const { clock, flows } = this.#options;
    const { device, user } = dialog?.[dialog.sender] ?? unknownEnd;
    if (!origin.users.has(user)) {
      if (device === '' || origin.users.size > 0) return notAuthenticated;
      if (!this.#acks.take(origin, request.wire.length, clock())) return notAuthenticated;
    }
    return clientSender(nobody, origin, flows.of(origin));
  }

  #fromServer(
    request: SipRequest,
    origin: RequestOrigin,
    server: string,
    dialog: DialogToken | undefined,
  ): Sender | RequestRefusal {
    const { fqdn } = this.#options;
    const { allowed, vouches } = this.#standingOf(server, origin);
    if (!allowed.ok) return notAllowed(allowed.rejection);
    if (isEdge(origin) || !vouches) return this.#onBehalfOf(request, origin, server, dialog);
    const identity =
      request.method === 'ACK' ? nobody : identityOf(request, { kind: 'trusted-server', name: server }, fqdn);
    if (!identity.ok) return identity.refusal;
    const user = dialog?.[dialog.sender].user ?? '';
    if (user !== '' && identity !== nobody && identity.asserted !== user)
      return otherIdentity(user, identity.asserted);
    return {
      arrival: { kind: 'server', name: server },
      identity,
      isInsider: true,
      origin,
      flow: '',
      provenBy: undefined,
    };
  }

  /** What the topology in force says of the server on a connection: it is the same for each request on it. */
  #standingOf(server: string, origin: RequestOrigin): ServerStanding {
    const { fqdn } = this.#options;
    const topology = this.#options.topology();
    const known = this.#standings.get(origin);
    if (known?.topology === topology) return known;
    const allowed = mayRequest(topology, { fqdn: server }, { fqdn }, origin.link.row);
    const standing = { topology, allowed, vouches: mayVouch(topology, server) };
    this.#standings.set(origin, standing);
    return standing;
  }

  /**
   * A request of an edge, which authenticates no users, or of another server that is not treated as authenticated: nothing that it asserts
   * counts. A sender from a domain of ours authenticates here, with each request, and so does a user of ours at one end of a dialog,
   * whatever From says. Whether a foreign domain may send the message was for the edge to decide. A mediation server also brings callers
   * from the telephone network, who are not users of ours.
   */
  #onBehalfOf(
    request: SipRequest,
    origin: RequestOrigin,
    server: string,
    dialog: DialogToken | undefined,
  ): Sender | RequestRefusal {
    const { fqdn, topology } = this.#options;
    const { uri } = request.from;
    const isNumber = topology().servers.get(server)?.role === 'mediation' && isTelephoneNumber(uri);
    const isOurs =
      dialog === undefined
        ? !isNumber && (uri.kind !== 'sip' || topology().isOurDomain(uri.host))
        : dialog[dialog.sender].user !== '';
    if (request.method === 'ACK') return unvouchedSender(server, origin, nobody, isOurs);
    if (!isOurs) {
      const identity = identityOf(request, { kind: 'outsider', name: server }, fqdn);
      return identity.ok ? unvouchedSender(server, origin, identity, false) : identity.refusal;
    }
    const proven = this.#provenUser(request, origin, dialog);
    if ('reason' in proven) return proven;
    const identity = userIdentity(request, proven.addresses, dialog, fqdn);
    return identity.ok
      ? unvouchedSender(server, origin, identity, identity.asserted !== undefined, proven.by)
      : identity.refusal;
  }

  /** The user of a connection: one who has authenticated on it already, or who does so with this request. */
  #provenUser(
    request: SipRequest,
    origin: RequestOrigin,
    dialog: DialogToken | undefined,
  ): ProvenUser | RequestRefusal {
    const { clock, credentials, onUser, topology } = this.#options;
    const now = clock();
    const hasCredentials = request.has('Authorization') || request.has('Proxy-Authorization');
    if (origin.server === undefined && !hasCredentials && request.method !== 'REGISTER') {
      const claimedBy = dialog?.[dialog.sender].user || addressOfRecord(request.from.uri);
      for (const [address, until] of origin.users) {
        if (until <= now) continue;
        // Several users may share a connection: none of them is identified by the authentication of another.
        if (claimedBy !== undefined && origin.users.size > 1 && claimedBy !== address) continue;
        return { addresses: [address], by: undefined };
      }
    }
    const { uri } = request.from;
    const named = dialog?.[dialog.sender].user.split('@').pop() || (uri.kind === 'sip' ? uri.host : '');
    const claimed = topology().isOurDomain(named) ? named : undefined;
    const realm = claimed ?? topology().document.domains[0]?.name ?? this.#options.fqdn;
    const result = authenticate(request, {
      realm,
      credentials: (username) => credentials.find(username, realm),
      allowMd5For: (username) => credentials.hasMd5(username, realm),
      now,
      nonceKey: this.#nonceKey,
      salt: () => randomBytes(nonceSaltBytes),
      nonceLifetimeMs,
      window: this.#window,
      guesses: this.#guesses,
      address: addressGroup(clientAddress(request, origin)),
    });
    if (result.outcome !== 'authenticated') return result.refusal;
    const address = this.#addresses.of(result.user.username, realm);
    const proven: ProvenUser = { addresses: [address], by: credentialField(request) };
    // An edge carries many users: each request authenticates its own.
    if (origin.server !== undefined) return proven;
    if (!origin.users.has(address)) onUser(address, origin);
    origin.users.set(address, now + provenForMs);
    return proven;
  }
}

/**
 * Where the client is: an edge notes it in the Via below its own, unless the client wrote it there itself as the host (RFC 3261 §18.2.1).
 * No other server is believed that.
 */
function clientAddress(request: SipRequest, origin: RequestOrigin): string | undefined {
  const via = isEdge(origin) ? request.vias[1] : undefined;
  return via === undefined ? origin.source?.address : (via.received ?? via.host.replace(/^\[|\]$/g, ''));
}

function isEdge({ protection }: RequestOrigin): boolean {
  return protection.peer?.role === 'edge';
}

/**
 * Whether a server of the topology is believed when it says who a user is: it has authenticated the user itself, as front ends and
 * directors do, or the topology treats its requests as authenticated.
 */
function mayVouch({ servers }: Topology, server: string): boolean {
  const known = servers.get(server);
  if (known === undefined) return false;
  return known.role === 'front-end' || known.role === 'director' || known.flags.treatAsAuthenticated;
}

/** RFC 3261 §19.1.1, RFC 3966: a number, be it written as a SIP address. */
function isTelephoneNumber(uri: Uri): boolean {
  return uri.scheme === 'tel' || (uri.kind === 'sip' && uri.parameters.get('user') === 'phone');
}

function userIdentity(
  request: SipRequest,
  addresses: readonly string[],
  dialog: DialogToken | undefined,
  fqdn: string,
): AssertedIdentity {
  return dialog === undefined
    ? identityOf(request, { kind: 'user', addresses }, fqdn)
    : identityInDialog(request, addresses, dialog, fqdn);
}

/** Only the server that a user's device connects to vouches for what that user does in a dialog. */
function otherIdentity(expected: string, found: string | undefined): RequestRefusal {
  return refusal(
    'identity-not-authorised',
    403,
    `P-Asserted-Identity: expected ${expected}, who is at this end of the dialog, found ${found ?? 'none'}`,
    'Send the request over the server that has authenticated the user.',
  );
}

function clientSender(
  identity: AcceptedIdentity,
  origin: RequestOrigin,
  flow: string,
  provenBy?: CredentialField,
): Sender {
  return { arrival: { kind: 'client' }, identity, isInsider: false, origin, flow, provenBy };
}

/** A request of a sender that nobody vouches for goes to users of ours, never out again. */
function unvouchedSender(
  server: string,
  origin: RequestOrigin,
  identity: AcceptedIdentity,
  isVouchedFor: boolean,
  provenBy?: CredentialField,
): Sender {
  return {
    arrival: { kind: isVouchedFor ? 'server' : 'partner', name: server },
    identity,
    isInsider: false,
    origin,
    flow: '',
    provenBy,
  };
}

/** The topology lets this server open the link, but not send requests on it. */
function notAllowed(rejection: { readonly message: string; readonly remedy: string }): RequestRefusal {
  return refusal('relay-not-allowed', 403, rejection.message, rejection.remedy);
}
