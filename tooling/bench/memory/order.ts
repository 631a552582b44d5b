import type { LoadPair, LoadTls } from '../load/order.ts';

/** What a holder of connections is told; it crosses a process boundary. */
export type HoldOrder =
  /** Open further connections that say nothing more, until it holds `upTo`; with `users` each registers the next one. */
  | {
      readonly type: 'idle';
      readonly tls: LoadTls;
      readonly upTo: number;
      readonly users?: readonly HeldUser[];
      /** The server answers no ping: a connection counts from the end of its handshake on. */
      readonly answersNoPing?: boolean;
    }
  /** Connect both sides of each pair. */
  | {
      readonly type: 'pairs';
      readonly caller: LoadTls;
      readonly called: LoadTls;
      readonly pairs: readonly LoadPair[];
      readonly what: 'message' | 'lasting-call';
    }
  /** Complete this many transactions over the pairs, one at a time over each. */
  | { readonly type: 'transact'; readonly count: number };

/** A user who registers. */
export interface HeldUser {
  /** Address of record. */
  readonly address: string;
  readonly username: string;
  readonly password: string;
}

/** What a holder answers. */
export type HoldNotice =
  /** Idle connections that it holds, pairs, or transactions completed with 200. */
  | { readonly type: 'done'; readonly count: number; readonly refused: readonly string[] }
  | { readonly type: 'fault'; readonly message: string };
