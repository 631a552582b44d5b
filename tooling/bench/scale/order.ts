import type { LoadTls } from '../load/order.ts';
import type { HeldUser } from '../memory/order.ts';

/** Clients that all come at once; it crosses a process boundary. */
export interface StormOrder {
  readonly tls: LoadTls;
  /** Each of them registers once for each of its devices. */
  readonly users: readonly HeldUser[];
  readonly devices: number;
}

/** What became of them. */
export interface StormReport {
  readonly registered: number;
  /** Seconds until the last one, and until half of them were registered. */
  readonly lastSeconds: number;
  readonly halfSeconds: number;
  /** Times that a client was told to come back later, and times that it could not connect or lost its connection. */
  readonly toldToWait: number;
  readonly broken: number;
  /** Other answers, by status line. */
  readonly refused: Readonly<Record<string, number>>;
  /** Processor time of all clients, seconds. */
  readonly processorSeconds: number;
}

/** What a storm tells its parent. */
export type StormNotice =
  | { readonly type: 'report'; readonly report: StormReport }
  | { readonly type: 'fault'; readonly message: string };

/** What one front end in a process of its own is asked: how much a request costs with so many bindings. */
export interface BindingsOrder {
  readonly counts: readonly number[];
  readonly sampleMs: number;
}

/** Processor time of a request with so many bindings, microseconds. */
export interface BindingsSample {
  readonly bindings: number;
  readonly message: number;
  readonly register: number;
}
