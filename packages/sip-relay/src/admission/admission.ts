import { randomBytes } from 'node:crypto';
import {
  addressOfRecord,
  nonceSaltBytes,
  type PoolNonceKeys,
  ReplayWindow,
  type SipRequest,
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
import { addressGroup } from '@entente/tls/internal';
import {
  mayRequest,
  type RequestAllowed,
  type RequestRule,
  requestRule,
  routeName,
  type Topology,
} from '@entente/topology';
import type { FlowNames } from '../flow-tokens.ts';
import type { RequestOrigin } from '../proxy-policy.ts';
import { AckAllowance } from './ack-allowance.ts';
import { applicationIdentity, speaksForItself } from './application-identity.ts';
import { checkForwardedSender } from './check-forwarded-sender.ts';
import { clientAddress, isEdge } from './client-address.ts';
import { accountDisabled, type Credentials, mayAuthenticate } from './credentials.ts';
import { refuseOtherEnd } from './dialog-neighbour.ts';
import { mayAssertIdentity } from './may-assert-identity.ts';
import { ProvenConnections, provenForMs } from './proven-connections.ts';
import { refuseBypassedDirector } from './refuse-bypassed-director.ts';
import { accountVersionField } from './register-hops.ts';
import type { AcceptedIdentity, Sender } from './sender.ts';
import { UserAddresses } from './user-addresses.ts';

/** What decides who sends a request. */
export interface AdmissionOptions {
  /** FQDN of this server, as the topology has it. */
  readonly fqdn: string;
  /** Gives the topology in force, asked at each request. */
  readonly topology: () => Topology;
  /** Digests of the passwords of the users who may authenticate here. */
  readonly credentials: Credentials;
  /** By what the servers of our pool know nonces of each other; without it those of another one are challenged as any wrong ones. */
  readonly poolNonceKeys?: PoolNonceKeys | undefined;
  /** Names of client connections. */
  readonly flows: FlowNames;
  /** A user has authenticated on a connection for the first time. */
  readonly onUser: (address: string, origin: RequestOrigin) => void;
  /** Whether a request counts only with credentials of its own, whatever its user has proven on the connection before. */
  readonly needsProof?: (request: SipRequest) => boolean;
  /** Whether a user of ours has a global number; default none has one. */
  readonly isNumberOfUser?: ((number: string) => boolean) | undefined;
  /** Limits guessing of passwords; default one of its own. A server that verifies passwords elsewhere too gives both the same. */
  readonly guesses?: GuessLimit;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** What a topology says of the server at the other end of a connection. */
interface ServerStanding {
  readonly topology: Topology;
  readonly allowed: RequestAllowed;
  /** Whether it is believed when it says who a user is. */
  readonly vouches: boolean;
  /** Whether it is an application that is believed about its own addresses alone. */
  readonly isForItself: boolean;
  readonly isDirector: boolean;
}

const nonceLifetimeMs = 300_000;
/** A request that counts only with a proof of its own is refused later than this: its sender has given it up by then (RFC 3261, Timer F). */
const proofLifetimeMs = 40_000;
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
  /** See `Sender`. */
  readonly version?: string | undefined;
  readonly challengedAt?: number | undefined;
}

/** Who sends a request, and whether they may: a server of the topology, or a user who has authenticated by digest. */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #window = new ReplayWindow({ lifetimeMs: nonceLifetimeMs });
  readonly #nonceKey = randomBytes(nonceKeyBytes);
  readonly #guesses: GuessLimit;
  readonly #acks = new AckAllowance();
  readonly #addresses = new UserAddresses();
  readonly #standings = new WeakMap<RequestOrigin, ServerStanding>();
  readonly #clientRule: RequestRule;
  readonly #proven: ProvenConnections;

  /** @param options - this server, its users' credentials, the topology in force */
  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#guesses = options.guesses ?? new GuessLimit();
    this.#proven = new ProvenConnections(options.credentials);
    this.#clientRule = requestRule({ party: 'internal-client' }, { fqdn: options.fqdn });
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
    const { fqdn, flows, topology } = this.#options;
    const allowed = this.#clientRule(topology(), origin.link.row);
    if (!allowed.ok) return notAllowed(allowed.rejection);
    if (request.method === 'ACK') return this.#acknowledgement(request, origin, dialog);
    const proven = this.#provenUser(request, origin, dialog);
    if ('reason' in proven) return proven;
    const { addresses } = proven;
    if (request.method === 'REGISTER') {
      const registered = registeredAddress(request, addresses);
      if (!registered.ok) return registered.refusal;
    }
    const identity = userIdentity(request, addresses, dialog, fqdn);
    return identity.ok ? clientSender(identity, origin, flows.of(origin), proven) : identity.refusal;
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
    const { clock, credentials, flows } = this.#options;
    const { device, user } = dialog?.[dialog.sender] ?? unknownEnd;
    if (!origin.users.has(user)) {
      if (device === '' || origin.users.size > 0) return notAuthenticated;
      if (!mayAuthenticate(credentials, user)) return notAuthenticated;
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
    const { allowed, isDirector, isForItself, topology, vouches } = this.#standingOf(server, origin);
    if (!allowed.ok) return notAllowed(allowed.rejection);
    if (isEdge(origin) || !vouches) return this.#onBehalfOf(request, origin, server, dialog);
    const identity =
      request.method === 'ACK'
        ? nobody
        : isForItself
          ? applicationIdentity(request, server, topology, fqdn)
          : identityOf(request, { kind: 'trusted-server', name: server }, fqdn);
    if (!identity.ok) return identity.refusal;
    const user = dialog?.[dialog.sender].user ?? '';
    if (user !== '' && identity !== nobody && identity.asserted !== user)
      return otherIdentity(user, identity.asserted);
    // It hosts nobody, and names every user that it has authenticated: where it names none, an outsider is behind it.
    if (isDirector && identity.asserted === undefined)
      return unvouchedSender(server, origin, identity, false);
    return {
      arrival: { kind: 'server', name: server },
      identity,
      isInsider: true,
      isForItself,
      origin,
      flow: '',
      provenBy: undefined,
      ...(request.method === 'REGISTER' ? { accountVersion: request.get(accountVersionField) } : undefined),
    };
  }

  /** What the topology in force says of the server on a connection: it is the same for each request on it. */
  #standingOf(server: string, origin: RequestOrigin): ServerStanding {
    const { fqdn } = this.#options;
    const topology = this.#options.topology();
    const known = this.#standings.get(origin);
    if (known?.topology === topology) return known;
    const allowed = mayRequest(topology, { fqdn: server }, { fqdn }, origin.link.row);
    const isDirector = topology.servers.get(server)?.role === 'director';
    const isForItself = speaksForItself(topology, server);
    const standing = {
      topology,
      allowed,
      isDirector,
      isForItself,
      vouches: mayAssertIdentity(topology, server),
    };
    this.#standings.set(origin, standing);
    return standing;
  }

  /**
   * A request of an edge, which authenticates no users, or of another server that is not treated as authenticated: nothing that it asserts
   * counts. A sender from a domain of ours authenticates here, with each request, and so does a user of ours at one end of a dialog,
   * whatever From says. Whether a partner may send the message was for the edge to decide, whether a gateway may was for the mediation server; that
   * each brings only such senders as it can have is asked again, in dialogs too.
   */
  #onBehalfOf(
    request: SipRequest,
    origin: RequestOrigin,
    server: string,
    dialog: DialogToken | undefined,
  ): Sender | RequestRefusal {
    const { credentials, fqdn, isNumberOfUser = () => false } = this.#options;
    const { uri } = request.from;
    const topology = this.#options.topology();
    const role = topology.servers.get(server)?.role;
    const refused =
      refuseBypassedDirector(dialog, { fqdn, server, topology }) ??
      (dialog === undefined ? undefined : refuseOtherEnd(request, dialog, server, topology)) ??
      checkForwardedSender(request, role, dialog, { fqdn, isNumberOfUser, topology });
    if (refused !== undefined) return refused;
    const isOurs =
      dialog === undefined
        ? role !== 'mediation' && (uri.kind !== 'sip' || topology.isOurDomain(uri.host))
        : dialog[dialog.sender].user !== '';
    if (request.method === 'ACK') {
      const user = dialog?.[dialog.sender].user ?? '';
      if (user !== '' && !mayAuthenticate(credentials, user)) return notAuthenticated;
      return unvouchedSender(server, origin, nobody, isOurs);
    }
    if (!isOurs) {
      const identity = identityOf(request, { kind: 'outsider', name: server }, fqdn);
      return identity.ok ? unvouchedSender(server, origin, identity, false) : identity.refusal;
    }
    const proven = this.#provenUser(request, origin, dialog);
    if ('reason' in proven) return proven;
    // An edge learns from the answer where the devices of this address are, and does not know who gives it.
    const registered =
      request.method === 'REGISTER' ? registeredAddress(request, proven.addresses) : undefined;
    if (registered?.ok === false) return registered.refusal;
    const identity = userIdentity(request, proven.addresses, dialog, fqdn);
    return identity.ok
      ? unvouchedSender(server, origin, identity, identity.asserted !== undefined, proven)
      : identity.refusal;
  }

  /** The user of a connection: one who has authenticated on it already, or who does so with this request. */
  #provenUser(
    request: SipRequest,
    origin: RequestOrigin,
    dialog: DialogToken | undefined,
  ): ProvenUser | RequestRefusal {
    const { clock, credentials, needsProof, onUser, poolNonceKeys, topology } = this.#options;
    const now = clock();
    const hasCredentials = request.has('Authorization') || request.has('Proxy-Authorization');
    const isFree = !hasCredentials && request.method !== 'REGISTER' && needsProof?.(request) !== true;
    if (origin.server === undefined && isFree) {
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
      poolNonceKeys,
      salt: () => randomBytes(nonceSaltBytes),
      nonceLifetimeMs: needsProof?.(request) === true ? proofLifetimeMs : nonceLifetimeMs,
      window: this.#window,
      guesses: this.#guesses,
      provenOn: (username) => this.#proven.find({ username, realm }, request, origin, now),
      // In a dialog alone: the edge has named the Contact that the user's client sends to, and put the true one in its place.
      ...(dialog !== undefined && isEdge(origin)
        ? { hidesAddresses: (host: string) => isNameOutside(host, origin.server, topology()) }
        : {}),
      address: addressGroup(clientAddress(request, origin)),
    });
    if (result.outcome !== 'authenticated') return result.refusal;
    if (credentials.isDisabled?.(result.user.username, realm) === true)
      return accountDisabled(result.user.username, realm);
    const address = this.#addresses.of(result.user.username, realm);
    const version =
      request.method === 'REGISTER' ? credentials.versionOf?.(result.user.username, realm) : undefined;
    const { challengedAt } = result.user;
    const proven: ProvenUser = { addresses: [address], by: credentialField(request), version, challengedAt };
    // An edge carries many users: each request authenticates its own.
    if (origin.server !== undefined) {
      this.#proven.proveOutside({ username: result.user.username, realm }, request, origin, now);
      return proven;
    }
    if (!origin.users.has(address)) onUser(address, origin);
    origin.users.set(address, now + provenForMs);
    return proven;
  }
}

/** Whether outsiders know an edge, or one of its pool, by a host name. No name of a topology is also a domain, where users are. */
function isNameOutside(host: string, edge: string | undefined, topology: Topology): boolean {
  if (edge === undefined) return false;
  const name = routeName(topology, edge);
  return topology.externalNames.get(host)?.some(({ fqdn }) => routeName(topology, fqdn) === name) === true;
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
  { by: provenBy, version: accountVersion, challengedAt }: Partial<ProvenUser> = {},
): Sender {
  const proof = { provenBy, accountVersion, challengedAt };
  return { arrival: { kind: 'client' }, identity, isInsider: false, origin, flow, ...proof };
}

/** A request of a sender that nobody vouches for goes to users of ours, never out again. */
function unvouchedSender(
  server: string,
  origin: RequestOrigin,
  identity: AcceptedIdentity,
  isVouchedFor: boolean,
  { by: provenBy, version: accountVersion, challengedAt }: Partial<ProvenUser> = {},
): Sender {
  return {
    arrival: { kind: isVouchedFor ? 'server' : 'partner', name: server },
    identity,
    isInsider: false,
    origin,
    flow: '',
    provenBy,
    accountVersion,
    challengedAt,
  };
}

/** The topology lets this server open the link, but not send requests on it. */
function notAllowed(rejection: { readonly message: string; readonly remedy: string }): RequestRefusal {
  return refusal('relay-not-allowed', 403, rejection.message, rejection.remedy);
}
