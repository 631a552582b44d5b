import {
  aFunction,
  amount,
  aText,
  checkOptions,
  hosts,
  milliseconds,
  type OptionRule,
  yesOrNo,
} from '../check-options.ts';
import type { FetchRules } from './fetch-rules.ts';

const fetchRules: { readonly [name in keyof Required<FetchRules>]: OptionRule } = {
  hosts,
  privateHosts: hosts,
  timeoutMs: milliseconds,
  maxCrlBytes: amount,
  maxOcspBytes: amount,
  maxPerChain: amount,
  maxKeptPerAnchor: amount,
  maxKeptBytesPerAnchor: amount,
};
/** Both fetchers take the options of both: who has one object for them gives it to each. */
const rules: Readonly<Record<string, OptionRule>> = {
  ...fetchRules,
  cacheDirectory: aText,
  refresh: yesOrNo,
  refreshEveryMs: amount,
  retryAfterMs: amount,
  now: aFunction,
  after: aFunction,
  lookUp: aFunction,
  onFailure: aFunction,
  onCrl: aFunction,
  maxPerMinute: amount,
};

/**
 * Looks at the options of a fetcher.
 *
 * @param given - what the caller passed
 * @param of - which fetcher
 * @param needed - options without which it fetches nothing
 * @throws TrustFault `ENTENTE_BAD_STORE_OPTION`
 */
export function checkFetcher(given: unknown, of: string, needed: readonly string[] = []): void {
  checkOptions(given, rules, of, needed);
}
