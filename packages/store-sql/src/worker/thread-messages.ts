import type { ImportProgress } from '../import/import-ledger-file.ts';
import type { BatchAnswer, FaultText, Order } from './order.ts';

/** What the thread is started with. */
export interface ThreadData {
  /** The folder of the authority. */
  readonly directory: string;
}

/** To the thread. `execute` is answered by `executed`, `copy` by `copied`; one at a time. */
export type ToThread =
  | { readonly type: 'execute'; readonly orders: readonly Order[] }
  | { readonly type: 'copy'; readonly file: string }
  | { readonly type: 'close' };

/** From the thread. */
export type FromThread =
  | { readonly type: 'imported'; readonly progress: ImportProgress }
  | { readonly type: 'opened' }
  | { readonly type: 'not-opened'; readonly fault: FaultText }
  | { readonly type: 'executed'; readonly answer: BatchAnswer }
  | { readonly type: 'copied'; readonly fault?: FaultText };
