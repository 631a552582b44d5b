import type { LedgerEntry } from '../../suite.ts';

/** Cases of limbo that end differently on purpose; none of them accepts what limbo refuses. */
export const limboLedger: readonly LedgerEntry[] = [];
