import type { Socket } from 'node:net';

/** What undici passes to a connector. */
export interface UndiciTarget {
  /** Host of the URL without its port; an IPv6 address may be in brackets. This is what is dialled. */
  readonly hostname: string;
  /** Host of the URL, with its port where it is not the default. Not used here. */
  readonly host?: string;
  /** `https:`; with any other one the request fails with `ENTENTE_PLAIN_HTTP`. */
  readonly protocol: string;
  /** Port of the URL, decimal; empty for 443. */
  readonly port: string;
  /** The name that the server must have; absent or empty: `hostname`. */
  readonly servername?: string;
  /** Local address to dial from; absent or null: any. */
  readonly localAddress?: string | null;
}

/** Callback that undici passes to a connector. */
export type UndiciCallback = (...outcome: [null, Socket] | [Error, null]) => void;

/** Constructor of a dispatcher with the option `connect`, such as undici's `Agent`. */
export type DispatcherClass<D> = new (options: {
  connect: (target: UndiciTarget, done: UndiciCallback) => void;
}) => D;
