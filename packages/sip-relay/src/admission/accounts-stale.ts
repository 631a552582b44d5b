import { type RequestRefusal, refusal } from '@entente/sip-proxy';

/** The refusal of every request while nothing has confirmed the accounts for too long: who may sign in is not known any more. */
export const accountsStale: RequestRefusal = refusal(
  'accounts-stale',
  503,
  'the accounts: expected some that were confirmed lately, found none',
  'Make the directory of accounts reachable for this server: /readyz and the log say what is in the way.',
);
