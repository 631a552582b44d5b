import { randomBytes } from 'node:crypto';
import {
  addressOfRecord,
  type CredentialRecord,
  nonceSaltBytes,
  ReplayWindow,
  type SipRequest,
} from '@entente/sip';
import type { SipConnection } from '@entente/sip-endpoint';
import {
  type AssertedIdentity,
  authenticate,
  identityOf,
  type RequestRefusal,
  refusal,
  registeredAddress,
  userAddress,
  validateRequest,
} from '@entente/sip-proxy';
import { mayRequest, type Topology } from '@entente/topology';

/** The digests of users' passwords. */
export interface Credentials {
  find(username: string, realm: string): CredentialRecord | undefined;
  /** Whether a user has a verifier for MD5, which is how it is turned on for him. */
  hasMd5(username: string, realm: string): boolean;
}

/** What decides who sends a request. */
export interface AdmissionOptions {
  readonly fqdn: string;
  readonly topology: () => Topology;
  readonly credentials: Credentials;
  /** Told when a user has proven who he is on a connection. */
  readonly onUser: (address: string, connection: SipConnection) => void;
  readonly clock: () => number;
}

/** An identity that the sender may use. */
export type AcceptedIdentity = Extract<AssertedIdentity, { ok: true }>;

const nonceLifetimeMs = 300_000;
/** A connection keeps the right to speak for a user this long after he has proven himself on it. */
const provenForMs = 3_600_000;
const nonceKeyBytes = 32;

/** Who sends a request, and whether he may: a server of the topology, or a user who has proven himself by digest. */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #window = new ReplayWindow({ lifetimeMs: nonceLifetimeMs });
  readonly #nonceKey = randomBytes(nonceKeyBytes);

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Who sends this request, if he may. */
  admit(request: SipRequest, connection: SipConnection): AcceptedIdentity | RequestRefusal {
    const { fqdn, topology } = this.#options;
    const invalid = validateRequest(request, { isOurVia: (host) => host === fqdn });
    if (invalid !== undefined) return invalid;
    const { server } = connection;
    if (server !== undefined) {
      const allowed = mayRequest(topology(), { fqdn: server }, { fqdn }, connection.link.row);
      if (!allowed.ok) return notAllowed(allowed.rejection);
      if (connection.protection.peer?.role === 'edge') return this.#fromOutside(request, connection, server);
      return acceptedOr(identityOf(request, { kind: 'trusted-server', name: server }, fqdn));
    }
    const proven = this.#provenUser(request, connection);
    if ('reason' in proven) return proven;
    const { addresses } = proven;
    if (request.method === 'REGISTER') {
      const registered = registeredAddress(request, addresses);
      if (!registered.ok) return registered.refusal;
    }
    return acceptedOr(identityOf(request, { kind: 'user', addresses }, fqdn));
  }

  /**
   * Whether an ACK for a 2xx may go on. It cannot be challenged (RFC 3261 §22.1): a client's counts only on the connection on
   * which the user in From has proven himself before.
   */
  acknowledges(ack: SipRequest, connection: SipConnection): boolean {
    const { fqdn, topology } = this.#options;
    if (validateRequest(ack, { isOurVia: (host) => host === fqdn }) !== undefined) return false;
    const { server, users } = connection;
    if (server !== undefined)
      return mayRequest(topology(), { fqdn: server }, { fqdn }, connection.link.row).ok;
    return identityOf(ack, { kind: 'user', addresses: [...users.keys()] }, fqdn).ok && users.size > 0;
  }

  /**
   * A request that an edge hands on. The edge authenticates no users: whoever speaks for a domain of ours proves himself here,
   * with each request. A foreign domain's right to the message was the edge's question.
   */
  #fromOutside(
    request: SipRequest,
    connection: SipConnection,
    edge: string,
  ): AcceptedIdentity | RequestRefusal {
    const { fqdn, topology } = this.#options;
    const { uri } = request.from;
    if (uri.kind === 'sip' && !topology().isOurDomain(uri.host)) {
      return acceptedOr(identityOf(request, { kind: 'stranger', name: edge }, fqdn));
    }
    const proven = this.#provenUser(request, connection);
    if ('reason' in proven) return proven;
    return acceptedOr(identityOf(request, { kind: 'user', addresses: proven.addresses }, fqdn));
  }

  /** The users on a connection: those who have proven themselves on it already, or the one who does so with this request. */
  #provenUser(
    request: SipRequest,
    connection: SipConnection,
  ): { readonly addresses: readonly string[] } | RequestRefusal {
    const { clock, credentials, onUser, topology } = this.#options;
    const now = clock();
    const hasCredentials = request.has('Authorization') || request.has('Proxy-Authorization');
    if (connection.server === undefined && !hasCredentials && request.method !== 'REGISTER') {
      const claimedBy = addressOfRecord(request.from.uri);
      for (const [address, until] of connection.users) {
        if (until <= now) continue;
        // Several users may share a connection; who did not prove himself speaks for nobody by the proof of another.
        if (claimedBy !== undefined && connection.users.size > 1 && claimedBy !== address) continue;
        return { addresses: [address] };
      }
    }
    const { uri } = request.from;
    const claimed = uri.kind === 'sip' && topology().isOurDomain(uri.host) ? uri.host : undefined;
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
    });
    if (result.outcome !== 'authenticated') return result.refusal;
    const address = userAddress(result.user, realm);
    // An edge carries many users: none of them may speak on the strength of another's proof.
    if (connection.server !== undefined) return { addresses: [address] };
    if (!connection.users.has(address)) onUser(address, connection);
    connection.users.set(address, now + provenForMs);
    return { addresses: [address] };
  }
}

function acceptedOr(identity: AssertedIdentity): AcceptedIdentity | RequestRefusal {
  return identity.ok ? identity : identity.refusal;
}

/** The topology lets this server open the link, but not send requests on it. */
function notAllowed(rejection: { readonly message: string; readonly remedy: string }): RequestRefusal {
  return refusal('relay-not-allowed', 403, rejection.message, rejection.remedy);
}
