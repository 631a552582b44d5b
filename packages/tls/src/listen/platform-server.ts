import type * as http from 'node:http';
import type * as http2 from 'node:http2';
import type * as https from 'node:https';
import * as tls from 'node:tls';
import { foundValue } from '@entente/options';
import { checks } from '../options/checks.ts';
import { type Peer, peerOf } from '../trust/peer.ts';
import { requestHandler, socketHandler } from './failing-handler.ts';
import type { HttpSettings } from './serve-options.ts';

/** `node:https`, the module itself. */
export type HttpsModule = Pick<typeof https, 'createServer' | 'globalAgent'>;
/** `node:http2`, the module itself. */
export type Http2Module = Pick<typeof http2, 'createSecureServer'>;
/** `node:tls`, the module itself. */
export type TlsModule = Pick<typeof tls, 'createServer' | 'TLSSocket'>;

/** A module whose listeners `serve` starts. */
export type PlatformModule = HttpsModule | Http2Module | TlsModule;

/** Called with each admitted connection of a `node:tls` listener, from which nothing was read yet. */
export type SocketHandler = (socket: tls.TLSSocket, peer: Peer) => void;
/** Answers requests of `node:http2`. */
export type Http2Handler = (request: http2.Http2ServerRequest, response: http2.Http2ServerResponse) => void;

/** What a listener of a module calls. */
export type HandlerOf<M extends PlatformModule> = M extends Http2Module
  ? Http2Handler
  : M extends TlsModule
    ? SocketHandler
    : http.RequestListener;
/** The server that a module makes. */
export type ServerOf<M extends PlatformModule> = M extends Http2Module
  ? http2.Http2SecureServer
  : M extends TlsModule
    ? tls.Server
    : https.Server;

/** Which module a listener is made with. */
export type ModuleKind = 'https' | 'http2' | 'tls';

const modulePlace = checks.optionsOf('serve').within('first argument');
const moduleRemedy =
  "pass the module itself: import https from 'node:https', then serve(https, …); node:http2 and node:tls work the same way";

/**
 * Finds out which module a caller passed, by what it offers.
 *
 * @param module - anything
 * @throws TlsFault `ENTENTE_OPTION_INVALID`
 */
export function moduleKind(module: unknown): ModuleKind {
  if ((typeof module === 'object' || typeof module === 'function') && module !== null) {
    const offered = module as Readonly<Record<string, unknown>>;
    const offers = (name: string) => typeof offered[name] === 'function';
    if (offers('createSecureServer')) return 'http2';
    if (offers('createServer') && offers('TLSSocket')) return 'tls';
    // node:http has one too: what it makes is refused.
    if (offers('createServer') && typeof offered.globalAgent === 'object') return 'https';
  }
  throw modulePlace.fault(
    `expected the module node:https, node:http2 or node:tls, found ${foundModule(module)}`,
    moduleRemedy,
  );
}

function foundModule(module: unknown): string {
  return typeof module === 'object' && module !== null ? 'another module or object' : foundValue(module);
}

/**
 * Creates the server of a module, which does not listen yet.
 *
 * @param module - of the kind
 * @param kind - what `moduleKind` found
 * @param settings - of TLS
 * @param web - of HTTP
 * @param handler - requests, or sockets
 * @param report - told what the handler has thrown, or was rejected with
 * @throws TlsFault `ENTENTE_OPTION_INVALID` for a server without TLS: its clients would be served in the clear
 */
export function createPlatformServer(
  module: unknown,
  kind: ModuleKind,
  settings: tls.TlsOptions,
  web: HttpSettings,
  handler: http.RequestListener | Http2Handler | SocketHandler,
  report: (fault: unknown) => void,
): tls.Server {
  const server: unknown = create(module, kind, settings, web, handler, report);
  if (server instanceof tls.Server && !server.listening) return server;
  const found =
    server instanceof tls.Server
      ? 'one that listens already'
      : `${foundClass(server)}, which accepts connections without TLS`;
  throw modulePlace.fault(`expected a module that makes a TLS server, found ${found}`, moduleRemedy);
}

/** `node:http` and `node:net` both call their class Server. */
function foundClass(server: unknown): string {
  return typeof server === 'object' && server !== null
    ? 'one that makes a plain server'
    : 'one that makes no server';
}

function create(
  module: unknown,
  kind: ModuleKind,
  settings: tls.TlsOptions,
  web: HttpSettings,
  handler: http.RequestListener | Http2Handler | SocketHandler,
  report: (fault: unknown) => void,
): unknown {
  switch (kind) {
    case 'http2':
      return (module as Http2Module).createSecureServer(
        { ...settings, allowHTTP1: web.http1Fallback ?? false },
        requestHandler(handler as Http2Handler, report),
      );
    case 'tls': {
      const handle = socketHandler(handler as SocketHandler, report);
      return (module as TlsModule).createServer(settings, (socket) => {
        const peer = peerOf(socket);
        // Set by the admission control: without it the socket was not judged, and no handler may have it.
        if (peer === undefined) socket.destroy();
        else handle(socket, peer);
      });
    }
    case 'https':
      return (module as HttpsModule).createServer(
        {
          ...settings,
          ...(web.maxHeaderBytes === undefined ? {} : { maxHeaderSize: web.maxHeaderBytes }),
          ...requestTimes(web),
          ...(web.keepAliveTimeoutMs === undefined ? {} : { keepAliveTimeout: web.keepAliveTimeoutMs }),
        },
        requestHandler(handler as http.RequestListener, report),
      );
  }
}

/** Node looks every 30 seconds whether the time of a request is over, whatever that time is: it would mean no more than half a minute. */
function requestTimes({ requestTimeoutMs }: HttpSettings): https.ServerOptions {
  if (requestTimeoutMs === undefined) return {};
  const connectionsCheckingInterval = Math.min(Math.ceil(requestTimeoutMs / 5), 30_000);
  return { requestTimeout: requestTimeoutMs, connectionsCheckingInterval };
}
