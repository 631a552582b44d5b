import { authorityLedger } from './authority.ts';
import type { RowLedger } from './cell.ts';
import { clientLedger } from './clients.ts';
import { partnerLedger } from './partners.ts';
import { webLedger } from './web.ts';

/**
 * What each end of each link refuses, for the links over TLS that are not SIP between servers inside, and the test that shows it; or why
 * there is no such case.
 */
export const ledger: readonly RowLedger[] = [
  ...clientLedger,
  ...webLedger,
  ...partnerLedger,
  ...authorityLedger,
];
