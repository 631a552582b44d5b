import type { LoadOrder, LoadPair } from '../load/order.ts';

/** What the process of both sides of conversations is told; it crosses a process boundary. */
export type TalkOrder =
  /** Connect both sides of further pairs. */
  | { readonly type: 'open'; readonly sides: TalkSides; readonly pairs: readonly LoadPair[] }
  /** Close those behind the first ones. */
  | { readonly type: 'keep'; readonly pairs: number }
  /** Send from each in turn, at a rate. */
  | { readonly type: 'talk'; readonly ratePerSecond: number; readonly milliseconds: number };

/** Where both sides connect. */
export type TalkSides = Pick<LoadOrder, 'caller' | 'called'>;

/** What it answers. */
export type TalkNotice =
  /** Pairs that are open, or transactions that were completed with 200. */
  | { readonly type: 'done'; readonly count: number; readonly failed: number }
  | { readonly type: 'fault'; readonly message: string };
