import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent, type RequestOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import { callback, type Shape, wholeNumber, withMethods, yesOrNo } from '@entente/options';
import { checks } from '../options/checks.ts';
import { protocols } from '../options/peer-rules.ts';
import { dialFor, type HttpOutboundOptions } from './dial-for.ts';
import { outboundShape } from './outbound-shape.ts';

/** Options of {@link agent}. */
export interface AgentOptions extends HttpOutboundOptions {
  /** Addresses to dial instead of resolving a host; the name that the certificate must have stays the host of the URL. */
  readonly addresses?: ReadonlyMap<string, string>;
  /**
   * Keep connections for further requests: for a second less than the server says that it keeps them (`Keep-Alive: timeout=5`), and for
   * four seconds where it does not say it. Default true.
   */
  readonly keepAlive?: boolean;
  /** Greatest number of connections at once to one origin, 1 to 1,000,000. Default: no bound. */
  readonly maxSockets?: number;
  /** Greatest number of idle connections kept for one origin, 0 to 1,000,000. Default 256. */
  readonly maxFreeSockets?: number;
}

/** Rules of {@link AgentOptions}. */
export const agentShape: Shape<AgentOptions> = {
  ...outboundShape,
  expect: callback,
  alpn: protocols,
  addresses: withMethods('a Map of hosts and addresses', 'get'),
  keepAlive: yesOrNo,
  maxSockets: wholeNumber(1, 1_000_000),
  maxFreeSockets: wholeNumber(0, 1_000_000),
};

/** Milliseconds for which a connection is kept where its server does not say how long it keeps it itself. */
const keptMs = 4_000;
/** Milliseconds by which a connection is closed before its server would: what is sent meanwhile would be lost (RFC 9112, section 9.3). */
const marginMs = 1_000;

/** What node:https adds to the options of a request before it calls `createConnection`. */
interface Wanted extends RequestOptions {
  readonly servername?: string;
}

/** Options of a request that was lost with a connection that was kept: others to the same server may be as dead. */
export interface OverAnother {
  readonly overAnother?: boolean;
}

/** A connection of node:http, with the request that it carried last. */
interface Carrier extends Duplex {
  readonly _httpMessage?: { readonly res?: IncomingMessage | null } | null;
  setTimeout(ms: number): unknown;
}

/** What the platform calls for each request, and does not declare. */
interface Pool {
  addRequest(request: ClientRequest, wanted: RequestOptions): void;
  keepSocketAlive(carrier: Duplex): boolean;
}

const pool = Agent.prototype as unknown as Pool;

class TrustedAgent extends Agent {
  readonly #addresses: ReadonlyMap<string, string> | undefined;
  readonly #outbound: HttpOutboundOptions;
  /** Until when each connection may carry another request. */
  readonly #usable = new WeakMap<Duplex, number>();

  constructor({ addresses, keepAlive = true, maxSockets, maxFreeSockets, ...outbound }: AgentOptions) {
    super({
      keepAlive,
      // A resumed session carries no chain to judge.
      maxCachedSessions: 0,
      ...(maxSockets === undefined ? {} : { maxSockets }),
      ...(maxFreeSockets === undefined ? {} : { maxFreeSockets }),
    });
    this.#addresses = addresses;
    this.#outbound = outbound;
  }

  /** Called by node:http for each request, before it takes a connection that was kept: the last of them, unless it is destroyed. */
  addRequest(request: ClientRequest, wanted: RequestOptions & OverAnother): void {
    const asked = wanted.overAnother === true ? this.getName({ ...wanted, ...this.options }) : undefined;
    for (const [name, kept] of Object.entries(this.freeSockets)) {
      const last = kept?.at(-1);
      if (last === undefined) continue;
      // A timer may be late: then the connection is closed here.
      if (name === asked || performance.now() >= (this.#usable.get(last) ?? 0))
        for (const socket of [...(kept ?? [])]) socket.destroy();
    }
    pool.addRequest.call(this, request, wanted);
  }

  /** Called by node:http for a connection that has carried its request; the platform itself hears what the server says only beside a `timeout`. */
  override keepSocketAlive(carrier: Carrier): boolean {
    if (!pool.keepSocketAlive.call(this, carrier)) return false;
    const said = /(?:^|,)\s*timeout=(\d{1,6})/i.exec(
      String(carrier._httpMessage?.res?.headers['keep-alive'] ?? ''),
    )?.[1];
    const ms = said === undefined ? keptMs : Number(said) * 1_000 - marginMs;
    if (ms <= 0) return false;
    this.#usable.set(carrier, performance.now() + ms);
    carrier.setTimeout(ms);
    carrier.once('timeout', closeKept);
    return true;
  }

  override reuseSocket(carrier: Carrier, request: ClientRequest): void {
    carrier.off('timeout', closeKept);
    carrier.setTimeout(0);
    super.reuseSocket(carrier, request);
  }

  /** Called by node:http for each new connection; `created` is called once there is a verdict. */
  override createConnection(
    wanted: Wanted,
    created?: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    const host = wanted.host ?? wanted.hostname ?? 'localhost';
    const { servername = '' } = wanted;
    dialFor(this.#outbound, {
      host: this.#addresses?.get(host) ?? host,
      port: Number(wanted.port ?? 443),
      name: servername === '' ? host : servername,
      localAddress: wanted.localAddress,
    }).then(
      (socket) => created?.(null, socket),
      // node:http reads the error first and looks at the socket only where there is none.
      (error: Error) => created?.(error, undefined as never),
    );
  }
}

function closeKept(this: Duplex): void {
  this.destroy();
}

/**
 * Creates an agent for `https.request` whose every connection has passed the verdict. A request to a server that is refused
 * fails with `ENTENTE_REFUSED`; pooled connections that no longer pass are closed.
 *
 * @param options - trust, identity, and which servers may answer
 * @returns the agent; `destroy()` closes its connections
 * @throws TlsFault `ENTENTE_OPTION_INVALID`
 */
export function agent(options: AgentOptions): Agent {
  return new TrustedAgent(checks.read(options, agentShape, 'agent'));
}
