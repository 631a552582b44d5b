import {
  anything,
  callback,
  delayMs,
  having,
  isTexts,
  type Rule,
  required,
  rule,
  type Shape,
  text,
  yesOrNo,
} from '@entente/options';
import { checks } from '../check-options.ts';
import type { FetchRules } from './fetch-rules.ts';

const amount = rule('a number from 0', (value) => typeof value === 'number' && value >= 0);
const hosts = rule(
  'a list of host names, or a function that returns one',
  (value) => typeof value === 'function' || isTexts(value),
);

const fetchRules: Shape<FetchRules> = {
  hosts,
  privateHosts: hosts,
  timeoutMs: delayMs,
  maxCrlBytes: amount,
  maxOcspBytes: amount,
  maxPerChain: amount,
  maxKeptPerAnchor: amount,
  maxKeptBytesPerAnchor: amount,
};
/** Both fetchers take the options of both: a caller with one object for them passes it to each. */
const rules: Readonly<Record<string, Rule>> = {
  ...fetchRules,
  cacheDirectory: text,
  refresh: yesOrNo,
  refreshEveryMs: amount,
  retryAfterMs: amount,
  now: callback,
  after: callback,
  lookUp: callback,
  onFailure: callback,
  onCrl: callback,
  maxPerMinute: amount,
};
const withHosts = { ...rules, hosts: required(hosts, 'list the hosts from which something may be fetched') };

const requestRules = {
  url: required(anything, 'give the URL of the object'),
  maxBytes: required(amount, 'give the largest answer that is read'),
  body: having('a body as { bytes, mediaType }', { bytes: 'object', mediaType: 'string' }),
  signal: anything,
  take: callback,
};

/**
 * Checks what is to be fetched, and by which rules: a largest answer that is not a number would bound nothing.
 *
 * @param wanted - what the caller passed
 * @param given - rules of the caller; options of a fetcher may be among them
 * @throws TrustFault `ENTENTE_BAD_STORE_OPTION`
 */
export function checkFetching(wanted: unknown, given: unknown): void {
  checks.options(wanted, requestRules, 'fetchObject');
  checkFetcher(given, 'fetchObject', 'needs hosts');
}

/**
 * Checks the options of a fetcher.
 *
 * @param given - what the caller passed
 * @param of - which fetcher
 * @param needs - where it fetches nothing without hosts
 * @throws TrustFault `ENTENTE_BAD_STORE_OPTION`
 */
export function checkFetcher(given: unknown, of: string, needs?: 'needs hosts'): void {
  checks.options(given, needs === undefined ? rules : withHosts, of);
}
