import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import {
  type Credential,
  type Log,
  logRefusal,
  peerOf,
  serve,
  type Trust,
  type TrustedServer,
} from '@entente/tls';
import { authorise, links, takesPushes } from '@entente/topology';
import type { Authorise } from '@entente/trust';
import type { DomainState } from '../state/domain-state.ts';
import { answerPushes } from './answer-pushes.ts';
import type { PushedRequests } from './pushed-requests.ts';
import { showsCurrent } from './shows-current.ts';

/** What a server is pushed to with. */
export interface PushServiceOptions {
  /** Our own FQDN. */
  readonly fqdn: string;
  readonly state: Pick<DomainState, 'topology' | 'trustState' | 'onChange'>;
  readonly trust: Trust;
  /** The credential of the internal interface. */
  readonly identity: Credential;
  readonly requests: PushedRequests;
  /** Looks for what is new; never rejects. */
  readonly refresh: () => Promise<void>;
  readonly log: Log;
}

/**
 * An authority needs one at a time; there may be a second authority, and a connection that is not known to be dead. The others are for
 * those who have proven nothing: outsiders who hold them open must not keep an authority out, even from behind its address.
 */
const limits = {
  maxConnections: 528,
  maxConnectionsPerAddress: 80,
  maxPending: 512,
  maxPendingPerAddress: 64,
  whenPendingIsFull: 'close-silent',
} as const;
/** The longest list passes in it at 1.2 Mbit/s. */
const http = { maxHeaderBytes: 8_192, requestTimeoutMs: 450_000, keepAliveTimeoutMs: 30_000 };

/** After a place could not be opened: the machine may have its address, or its port be free, a moment later. */
const retryMs = 30_000;

/** The place where a server listens. */
interface Place {
  readonly host: string | undefined;
  readonly port: number;
}

/**
 * The port at which a perimeter server takes pushes of its authority (row 16): open exactly while the topology in force has it. It
 * admits authorities of the topology alone.
 */
export class PushService implements AsyncDisposable {
  readonly #options: PushServiceOptions;
  #place: Place | undefined;
  #server: TrustedServer<unknown> | undefined;
  #stop = (): void => {};
  #cancelRetry = (): void => {};
  #last: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: PushServiceOptions) {
    this.#options = options;
  }

  /** The port on which it listens, for tests that let the system choose; undefined where the topology has none. */
  get port(): number | undefined {
    return this.#server?.port;
  }

  /**
   * Listens where the topology says so, and follows it from now on.
   * @throws TlsFault `ENTENTE_LISTEN_FAILED`
   */
  async open(): Promise<void> {
    this.#stop = this.#options.state.onChange(({ what }) => {
      if (what === 'topology') this.#changed();
    });
    await this.#follow();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#stop();
    await this.#last;
    this.#cancelRetry();
    await this.#server?.close();
  }

  /** @param known - what was logged already of the place that is wanted */
  #changed(known?: string): void {
    this.#last = this.#last
      .then(() => {
        this.#cancelRetry();
        return this.#follow();
      })
      .catch((error: Error & { remedy?: string }) => {
        const { log, trust } = this.#options;
        const { message, remedy } = error;
        if (message !== known)
          log.error(
            { event: 'push-not-listening', remedy },
            `this server takes no pushes of the authority: ${message}`,
          );
        if (!this.#closed) this.#cancelRetry = trust.clock.after(retryMs, () => this.#changed(message));
      });
  }

  async #follow(): Promise<void> {
    const { fqdn, state } = this.#options;
    if (this.#closed) return;
    const server = state.topology.servers.get(fqdn);
    const side = server === undefined ? undefined : takesPushes(state.topology, server);
    const port = side?.ports.push;
    const wanted = port === undefined ? undefined : { host: side?.address, port };
    if (wanted?.host === this.#place?.host && wanted?.port === this.#place?.port) return;
    await this.#server?.close();
    this.#server = undefined;
    this.#place = undefined;
    if (wanted === undefined) return;
    this.#server = await this.#listen(wanted);
    this.#place = wanted;
  }

  #listen({ host, port }: Place): Promise<TrustedServer<unknown>> {
    const { fqdn, identity, log, refresh, requests, state, trust } = this.#options;
    const handle = answerPushes({
      requests,
      refresh,
      holds: () => state.trustState?.sequence,
      showsCurrent: (incoming) => showsCurrent(incoming, identity),
      clock: trust.clock,
    });
    return serve(
      https,
      {
        trust,
        identity,
        ...(host === undefined ? {} : { host }),
        port,
        clientCertificate: 'required',
        allow: authoriseAuthority(state, fqdn),
        link: { name: links.authorityToEdge.name, interface: 'internal', local: fqdn },
        limits,
        http,
        onRefusal: logRefusal(log),
      },
      (incoming, outgoing) => {
        if (!requests.isOpen) this.#logLink(incoming);
        handle(incoming, outgoing).catch((fault: Error) => {
          log.error({ event: 'fault', err: fault }, `a push could not be answered: ${fault.message}`);
          outgoing.destroy();
        });
      },
    );
  }

  /** Once for each time that the authority begins to push: each push has a connection of its own. */
  #logLink(incoming: IncomingMessage): void {
    const { fqdn, log } = this.#options;
    const { cipher, peer, protocol: tls } = peerOf(incoming) ?? {};
    const { name, protection, row: link } = links.authorityToEdge;
    log.info({ event: 'link', link, from: peer?.server, to: fqdn, protection, tls, cipher }, name);
  }
}

/**
 * Allows authorities that row 16 of the topology in force lets push. That the topology was not confirmed for long refuses nobody here:
 * a push is what confirms it, and each thing that it brings is verified by itself.
 */
function authoriseAuthority(state: PushServiceOptions['state'], fqdn: string): Authorise {
  return (peer, link) =>
    authorise(state.topology, { fqdn, interface: 'internal', service: 'push' })(peer, link);
}
