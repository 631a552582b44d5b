import { isObject } from '../../misuse.ts';
import {
  aFunction,
  amount,
  anything,
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

const requestRules: Readonly<Record<string, OptionRule>> = {
  url: anything,
  maxBytes: amount,
  body: [
    'a body as { bytes, mediaType }',
    (value) => isObject(value) && 'bytes' in value && 'mediaType' in value,
  ],
  signal: anything,
  take: aFunction,
};

/**
 * Looks at what is to be fetched, and by which rules: a largest answer that is not a number would bound nothing.
 *
 * @param wanted - what the caller passed
 * @param rules - of the caller; options of a fetcher may be among them
 * @throws TrustFault `ENTENTE_BAD_STORE_OPTION`
 */
export function checkFetching(wanted: unknown, rules: unknown): void {
  checkOptions(wanted, requestRules, 'fetchObject', ['url', 'maxBytes']);
  checkFetcher(rules, 'fetchObject', ['hosts']);
}

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
