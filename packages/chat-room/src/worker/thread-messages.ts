import type { BatchAnswer, FaultText, Order } from './order.ts';

/** What the thread is started with. */
export interface ThreadData {
  /** The database. */
  readonly file: string;
}

/** To the thread. `execute` is answered by `executed`, one at a time. */
export type ToThread =
  | { readonly type: 'execute'; readonly orders: readonly Order[] }
  | { readonly type: 'close' };

/** From the thread. */
export type FromThread =
  | { readonly type: 'opened' }
  | { readonly type: 'not-opened'; readonly fault: FaultText }
  | { readonly type: 'executed'; readonly answer: BatchAnswer };
