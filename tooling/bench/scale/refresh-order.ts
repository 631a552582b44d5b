import type { LoadTls } from '../load/order.ts';
import type { HeldUser } from '../memory/order.ts';

/** What the process of clients that refresh is told; it crosses a process boundary. */
export type RefreshOrder =
  /** Connect and register. */
  | { readonly type: 'open'; readonly tls: LoadTls; readonly users: readonly HeldUser[] }
  /** Register again and again, each client as soon as it is answered. */
  | { readonly type: 'refresh'; readonly milliseconds: number };

/** What it answers. */
export type RefreshNotice =
  | {
      readonly type: 'done';
      /** Clients that are connected, or registrations that were answered with 200. */
      readonly count: number;
      readonly seconds: number;
      /** Share of one core that the clients used, 0 to 1. */
      readonly generatorShare: number;
      /** Other answers, by status line. */
      readonly refused: Readonly<Record<string, number>>;
    }
  | { readonly type: 'fault'; readonly message: string };
