import tls from 'node:tls';
import type { Member } from '@entente/member';
import { type DialledSocket, dialServer, type NextHop } from '@entente/sip-endpoint';
import {
  type ConnectionRefusal,
  type IgnoreUnknownIssuer,
  type ServeLimits,
  serve,
  type TrustedServer,
} from '@entente/tls';
import { type Link, linkOfServer, noLink, type ServerInterface } from '@entente/topology';

/** Milliseconds in which another server of ours must have finished its handshake. */
const dialMs = 4_000;

/** Who may be at the other end. */
type Authorise = ReturnType<Member['authorise']>;

/** Whose sockets they are. */
export interface InsideSocketsOptions {
  /** Its name, certificate and trust, as which it dials and listens. */
  readonly member: Pick<Member, 'fqdn' | 'identity' | 'trust'>;
  /** The internal interface of this server, as the topology has it. */
  readonly own: ServerInterface;
  /** Bounds of each listener; see `@entente/tls`. */
  readonly limits?: ServeLimits | undefined;
  /** Is given every refusal, by either side. */
  readonly onRefusal: (refusal: ConnectionRefusal) => void;
}

/** A port of the internal interface. */
export interface InsideListenOptions {
  /** The service whose port it is. */
  readonly service: 'sip' | 'gateway';
  /** Who may come: `authorise` of the member, for this service. */
  readonly allow: Authorise;
  /** `required` refuses a client without certificate; `optional` admits it on the link `withoutCertificate`. */
  readonly clientCertificate: 'required' | 'optional';
  /** The link of who shows no certificate; default none, so that nobody may send requests on it. */
  readonly withoutCertificate?: Link;
  /** Where certificates are optional: whether one that no anchor vouches for counts as none; default: it is refused. */
  readonly ignoreUnknownIssuer?: IgnoreUnknownIssuer;
  /** Programs of others come to this port too, which may speak TLS 1.2; default false: TLS 1.3 alone. */
  readonly isForOthers?: boolean;
  /** What the port is called in the log. Default `SIP`. */
  readonly name?: string;
}

/** The internal interface of a server of the topology: it listens on the ports that the topology names, and dials other servers of ours. */
export class InsideSockets {
  readonly #options: InsideSocketsOptions;

  /** @param options - whose they are */
  constructor(options: InsideSocketsOptions) {
    this.#options = options;
  }

  /**
   * Dials as this server, for `dial` of a runtime.
   * @param allow - who may answer: `authorise` of the member
   * @returns dials one hop; it throws what `connect` of `@entente/tls` throws
   */
  dialling(allow: Authorise): (hop: NextHop) => Promise<DialledSocket> {
    const { member, onRefusal } = this.#options;
    const { fqdn: local, identity, trust } = member;
    return (hop) => dialServer(hop, { trust, identity, allow, local, onRefusal, timeoutMs: dialMs });
  }

  /**
   * Listens on a port.
   * @param options - which port, and who may come
   * @param accept - takes each connection that was let in, with its link
   * @throws faults of `serve` in `@entente/tls`
   */
  listen(
    options: InsideListenOptions,
    accept: (socket: tls.TLSSocket, link: Link) => void,
  ): Promise<TrustedServer<tls.Server>> {
    const { allow, clientCertificate, ignoreUnknownIssuer, service } = options;
    const { isForOthers = false, name = 'SIP', withoutCertificate = noLink } = options;
    const { limits = {}, member, onRefusal, own } = this.#options;
    const { fqdn: local, identity, trust } = member;
    return serve(
      tls,
      {
        trust,
        identity,
        ...(own.address === undefined ? {} : { host: own.address }),
        port: own.ports[service] as number,
        clientCertificate,
        ...(ignoreUnknownIssuer === undefined ? {} : { ignoreUnknownIssuer }),
        allow,
        ...(isForOthers ? { minVersion: 'TLSv1.2' } : {}),
        link: { name, interface: 'internal', local },
        limits: { ...limits, whenPendingIsFull: 'close-silent', whenPlacesAreShort: 'close-unproven' },
        onRefusal,
      },
      (socket, { peer }) =>
        accept(socket, peer === undefined ? withoutCertificate : linkOfServer(peer, allow)),
    );
  }
}
