import { Agent, type RequestOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import { callback, type Shape, wholeNumber, withMethods, yesOrNo } from '../options/option-rule.ts';
import { protocols } from '../options/peer-rules.ts';
import { readOptions } from '../options/read-options.ts';
import { dialFor, type HttpOutboundOptions } from './dial-for.ts';
import { outboundShape } from './outbound-shape.ts';

/** Options of {@link agent}. */
export interface AgentOptions extends HttpOutboundOptions {
  /** Addresses to dial instead of resolving a host; the name that the certificate must have stays the host of the URL. */
  readonly addresses?: ReadonlyMap<string, string>;
  /** Keep connections for further requests. Default true. */
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

/** What node:https adds to the options of a request before it calls `createConnection`. */
interface Wanted extends RequestOptions {
  readonly servername?: string;
}

class TrustedAgent extends Agent {
  readonly #addresses: ReadonlyMap<string, string> | undefined;
  readonly #outbound: HttpOutboundOptions;

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

/**
 * Creates an agent for `https.request` whose every connection has passed the verdict. A request to a server that is refused
 * fails with `ENTENTE_REFUSED`; pooled connections that no longer pass are closed.
 *
 * @param options - trust, identity, and which servers may answer
 * @returns the agent; `destroy()` closes its connections
 * @throws TlsFault `ENTENTE_OPTION_INVALID`
 */
export function agent(options: AgentOptions): Agent {
  return new TrustedAgent(readOptions(options, agentShape, 'agent'));
}
