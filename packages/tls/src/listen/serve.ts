import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type * as tls from 'node:tls';
import { callback } from '@entente/options';
import { contextSettings, platformAnchors, refuseDisabledChecks } from '../credential/platform-settings.ts';
import { reportFault } from '../fault/call-back.ts';
import { checks } from '../options/checks.ts';
import { authoriseOf } from '../trust/allow.ts';
import type { Asking } from '../trust/judge-socket.ts';
import { completeLink } from '../trust/link.ts';
import { AdmissionControl } from './admission-control.ts';
import { defaultHandshakeTimeoutMs } from './admission-limits.ts';
import { appendKeyLog } from './key-log.ts';
import { listen } from './listen.ts';
import { reportValidity } from './own-validity.ts';
import {
  createPlatformServer,
  type HandlerOf,
  type Http2Handler,
  moduleKind,
  type PlatformModule,
  type ServerOf,
  type SocketHandler,
} from './platform-server.ts';
import type { ServeOptions } from './serve-options.ts';
import { readServeOptions } from './serve-shape.ts';

/** A listener that accepts connections. `await using` closes it. */
export interface TrustedServer<S> {
  /** The server of the module, e.g. for `upgrade` listeners. Every socket that it emits has passed the verdict. */
  readonly server: S;
  /** Address it listens on. */
  readonly host: string;
  /** Port it listens on, 1 to 65535: where the option was 0, the one that was free. */
  readonly port: number;
  /** Number of open connections that were admitted. */
  readonly connections: number;
  /** Number of connections without a verdict. */
  readonly pending: number;
  /** Stops accepting; open connections stay, and are judged again as before. Idempotent. */
  stopAccepting(): void;
  /**
   * Stops accepting, waits up to `limits.drainTimeoutMs` for open connections to end, then closes them. Idempotent.
   */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a listener whose handler sees no connection before its verdict.
 *
 * @param module - the module itself: `node:https`, `node:http2` or `node:tls`
 * @param options - trust, identity, and which clients may connect
 * @param handler - requests for `https` and `http2`, sockets for `tls`. What it throws, or is rejected with, goes to `onFault`, and ends what it came
 * of: the request is answered 500, or closed where its answer has begun; the socket is closed
 * @returns the listener, once it accepts connections
 * @throws TlsFault `ENTENTE_LISTEN_FAILED`, `ENTENTE_PLATFORM_CHECKS_OFF`, `ENTENTE_OPTION_INVALID`
 */
// One signature for all modules: of several the compiler reports what is wrong by the last one, and would blame the module.
export function serve<M extends PlatformModule>(
  module: M,
  options: ServeOptions,
  handler: HandlerOf<M>,
): Promise<TrustedServer<ServerOf<M>>>;
export async function serve(
  module: PlatformModule,
  given: ServeOptions,
  handler: RequestListener | Http2Handler | SocketHandler,
): Promise<TrustedServer<tls.Server>> {
  refuseDisabledChecks();
  const kind = moduleKind(module);
  const options = readServeOptions(given, kind);
  callback.read(handler, checks.optionsOf('serve').within('third argument'));
  options.signal?.throwIfAborted();
  const { http: web = {}, limits = {} } = options;
  const settings = new ListenerSettings(options);
  const report = (fault: unknown) => reportFault(options.onFault, fault);
  const server = createPlatformServer(module, kind, settings.all(), web, handler, report);
  const admission = new AdmissionControl(server, {
    asking: settings.asking,
    link: settings.link,
    limits,
    onRefusal: options.onRefusal,
    onFault: options.onFault,
  });
  const renew = () => server.setSecureContext(settings.context());
  const look = () => reportValidity(options.identity.current, options.trust.clock.now(), options.onFault);
  const stops: (() => void | Promise<void>)[] = [
    options.identity.onChange(() => {
      renew();
      look();
    }),
    options.trust.onChange(renew),
    () => admission.stop(),
  ];
  if (options.keyLogFile !== undefined) stops.push(appendKeyLog(server, options.keyLogFile));
  try {
    await listen(server, options);
    look();
  } catch (fault) {
    if (server.listening) server.close();
    for (const stop of stops) await stop();
    throw fault;
  }

  const stopAccepting = () => {
    if (server.listening) server.close();
  };
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= closeListener(server, admission, stops, limits.drainTimeoutMs ?? 2_000);
    return closed;
  };
  const aborted = () => void close();
  options.signal?.addEventListener('abort', aborted, { once: true });
  stops.push(() => options.signal?.removeEventListener('abort', aborted));

  const { address, port } = server.address() as AddressInfo;
  return {
    server,
    host: address,
    port,
    get connections() {
      return admission.admitted.size;
    },
    get pending() {
      return admission.pending;
    },
    stopAccepting,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Ends what follows the listener, and waits for open connections as long as they may take. */
async function closeListener(
  server: tls.Server,
  admission: AdmissionControl,
  stops: readonly (() => void | Promise<void>)[],
  drainTimeoutMs: number,
): Promise<void> {
  const stopped = Promise.all(stops.map((stop) => stop()));
  const ended = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  (server as Partial<HttpsServer>).closeIdleConnections?.();
  const deadline = setTimeout(() => admission.closeAll(), drainTimeoutMs);
  await ended;
  clearTimeout(deadline);
  await stopped;
}

/** Settings of the platform's server; the secure context is created again whenever identity or trust changes. */
class ListenerSettings {
  readonly link: Asking['link'];
  readonly asking: Asking | undefined;
  readonly #options: ServeOptions;

  constructor(options: ServeOptions) {
    this.#options = options;
    this.link = completeLink('inbound', options.link);
    if (options.clientCertificate === 'none') return;
    this.asking = {
      trust: options.trust,
      link: this.link,
      identity: options.expect ?? { mode: 'inbound' },
      authorise: authoriseOf(options.allow, 'serve'),
      certificate: options.clientCertificate ?? 'required',
      ignoreUnknownIssuer: options.ignoreUnknownIssuer,
      secondOpinion: this.link.interface !== 'external' && options.trust.platformAnchors !== undefined,
      verdictTimeoutMs: options.limits?.verdictTimeoutMs ?? 5_000,
    };
  }

  context(): tls.TlsOptions {
    const { trust, identity, minVersion } = this.#options;
    const resumption = this.asking === undefined;
    return {
      ...contextSettings(identity.current, platformAnchors(trust, this.link), minVersion, resumption),
      // A session ticket is valid no longer than the trust state that it was issued under, and at no other listener.
      ticketKeys: randomBytes(48),
    };
  }

  all(): tls.TlsOptions {
    const { alpn, limits } = this.#options;
    return {
      ...this.context(),
      requestCert: this.asking !== undefined,
      rejectUnauthorized: false,
      handshakeTimeout: limits?.handshakeTimeoutMs ?? defaultHandshakeTimeoutMs,
      ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
    };
  }
}
