import type { Socket } from 'node:net';

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
