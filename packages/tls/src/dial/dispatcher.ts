import type { Socket } from 'node:net';
import { TlsFault } from '../refusal/fault.ts';
import { dialFor, type HttpOutboundOptions } from './dial-for.ts';

/** What undici passes to a connector. */
export interface UndiciTarget {
  readonly hostname: string;
  readonly host?: string;
  readonly protocol: string;
  readonly port: string;
  readonly servername?: string;
  readonly localAddress?: string | null;
}

/** Callback that undici passes to a connector. */
export type UndiciCallback = (...outcome: [null, Socket] | [Error, null]) => void;

/** Constructor of a dispatcher with the option `connect`, such as undici's `Agent`. */
export type DispatcherClass<D> = new (options: {
  connect: (target: UndiciTarget, done: UndiciCallback) => void;
}) => D;

/** Options of {@link dispatcher}. */
export interface DispatcherOptions extends HttpOutboundOptions {
  /** Further settings for the class, e.g. `{ connections: 8, pipelining: 1 }`. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/**
 * Creates a dispatcher for `fetch` and undici whose every connection has passed the verdict. This package does not depend on
 * undici: the caller passes its class.
 *
 * @param Dispatcher - `undici.Agent`
 * @param options - trust, identity, and which servers may answer
 * @returns for the option `dispatcher` of a request; requests over plain http fail with `ENTENTE_PLAIN_HTTP`
 */
export function dispatcher<D>(Dispatcher: DispatcherClass<D>, options: DispatcherOptions): D {
  const { settings, ...outbound } = options;
  return new Dispatcher({
    ...settings,
    connect(target, done) {
      if (target.protocol !== 'https:') {
        done(plainHttp(target), null);
        return;
      }
      const name = target.servername ?? '';
      dialFor(outbound, {
        host: target.hostname.replace(/^\[(.*)\]$/, '$1'),
        port: target.port === '' ? 443 : Number(target.port),
        name: name === '' ? target.hostname.replace(/^\[(.*)\]$/, '$1') : name,
        localAddress: target.localAddress ?? undefined,
      }).then(
        (socket) => done(null, socket),
        (error: Error) => done(error, null),
      );
    },
  });
}

function plainHttp(target: UndiciTarget): TlsFault {
  return new TlsFault('ENTENTE_PLAIN_HTTP', {
    sentence: `expected an https URL, found ${target.protocol}//${target.hostname}`,
    place: 'URL of the request',
    remedy: 'use https: without TLS nothing proves which server answers',
  });
}
