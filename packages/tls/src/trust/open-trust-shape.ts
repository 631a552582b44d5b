import { isIP } from 'node:net';
import {
  callback,
  listOf,
  nested,
  oneOf,
  type Rule,
  required,
  rule,
  type Shape,
  text,
  wholeNumber,
  withMethods,
  yesOrNo,
} from '@entente/options';
import type {
  AlgorithmPolicy,
  AnchorLimits,
  ExtKeyUsageRules,
  InitialPolicies,
  RevocationRules,
  SearchBudget,
  TrustPolicy,
} from '@entente/trust';
import type { AnchorDefaults, FetcherOptions } from '@entente/trust/node';
import type { OpenTrustOptions } from './open-trust-options.ts';

const texts = listOf(text, 'a list of texts');
const domains = listOf(text, 'a list of domains');
const milliseconds = wholeNumber(0, Number.MAX_SAFE_INTEGER);
const needed = (one: Rule): Rule => required(one, 'give it: it has no default here');

/** A source, or a list of sources. */
function sources(wanted: string, member: 'anchors' | 'crls'): Rule {
  const one = rule(wanted, (value) => {
    if (typeof value === 'string') return value !== '';
    if (typeof value !== 'object' || value === null) return false;
    const source = value as Readonly<Record<string, unknown>>;
    if (typeof source.pem === 'string' || Array.isArray(source[member])) return true;
    return typeof source.onChange === 'function' && typeof source.current === 'object';
  });
  return {
    read(value, place) {
      if (!Array.isArray(value)) return one.read(value, place);
      // Nobody is believed without an anchor: that is a list that was not filled.
      if (value.length === 0 && member === 'anchors')
        throw place.unlike(`${wanted}, or a list of these`, value);
      return value.map((entry: unknown, index) => one.read(entry, place.within(index)));
    },
  };
}

const revocationModes = {
  'hard-fail': nested({ mode: text }),
  grace: nested({ mode: text, graceMs: needed(milliseconds) }),
  off: nested({ mode: text, signedBy: needed(text) }),
};
const revocationMode = oneOf(...Object.keys(revocationModes));

const revocation: Rule = {
  read(value, place) {
    if (typeof value !== 'object' || value === null)
      throw place.unlike("a policy such as { mode: 'hard-fail' }", value);
    const { mode: given } = value as { readonly mode?: unknown };
    const mode = revocationMode.read(given, place.within('mode')) as keyof typeof revocationModes;
    return Object.assign(revocationModes[mode].read(value, place) as object, { mode });
  },
};

const limits = nested<AnchorLimits>({
  domains,
  excludedDomains: domains,
  links: texts,
  maxDepth: wholeNumber(0, 64),
  keyKinds: texts,
  extKeyUsages: texts,
  notAfter: milliseconds,
});

/** What is compared with the host of a URL: one with a scheme, a port or brackets would match none, and nothing would be fetched. */
const host = rule(
  'a host name, *.<domain>, * or an IP address, without scheme, port and path',
  (value) => typeof value === 'string' && (isIP(value) !== 0 || /^(\*|(\*\.)?[^\s/:*[\]]+)$/.test(value)),
);
const hostList = listOf(host, 'a list of hosts, or a function that returns one');
const hosts: Rule = {
  read: (value, place) => (typeof value === 'function' ? value : hostList.read(value, place)),
};

const fetch = nested<FetcherOptions>({
  hosts: required(hosts, 'list the hosts from which something may be fetched'),
  privateHosts: hosts,
  timeoutMs: wholeNumber(1, 600_000),
  maxCrlBytes: wholeNumber(1, 268_435_456),
  maxOcspBytes: wholeNumber(1, 16_777_216),
  maxPerChain: wholeNumber(1, 64),
  maxKeptPerAnchor: wholeNumber(1, 65_536),
  maxKeptBytesPerAnchor: wholeNumber(1, Number.MAX_SAFE_INTEGER),
  cacheDirectory: text,
  refresh: yesOrNo,
  refreshEveryMs: wholeNumber(1_000, Number.MAX_SAFE_INTEGER),
  retryAfterMs: milliseconds,
  now: callback,
  after: callback,
  lookUp: callback,
  onFailure: callback,
  onCrl: callback,
});

const countOrNone = wholeNumber(0, Number.MAX_SAFE_INTEGER);
const count = needed(countOrNone);

/** A budget without a number would be no budget. */
const policyParts = nested<TrustPolicy>({
  name: needed(text),
  algorithms: needed(
    nested<AlgorithmPolicy>({
      signatures: needed(texts),
      keys: needed(texts),
      minRsaBits: count,
      maxRsaBits: count,
      wholeOctets: needed(yesOrNo),
    }),
  ),
  policies: needed(
    nested<InitialPolicies>({
      acceptable: needed(texts),
      requireExplicit: needed(yesOrNo),
      inhibitMapping: needed(yesOrNo),
      inhibitAny: needed(yesOrNo),
    }),
  ),
  budget: needed(
    nested<SearchBudget>({
      signatures: count,
      steps: count,
      comparisons: count,
      maxIntermediates: count,
      maxBytes: count,
      maxLeafBytes: countOrNone,
      maxLeafNames: countOrNone,
    }),
  ),
  certificateRules: needed(texts),
  anchorIs: needed(oneOf('key', 'certificate')),
  extKeyUsage: needed(
    nested<ExtKeyUsageRules>({
      mode: needed(oneOf('ignore', 'nested', 'required')),
      anyInLeaf: needed(yesOrNo),
    }),
  ),
  leafKeyUsage: needed(yesOrNo),
  revocation: needed(
    nested<RevocationRules>({
      fallback: needed(revocation),
      maxAgeMs: milliseconds,
      withoutNextUpdateMs: count,
      futureSkewMs: count,
      strictCrls: needed(yesOrNo),
      ocspSignerStatus: needed(oneOf('required', 'if-known')),
    }),
  ),
  commonNameFallback: needed(yesOrNo),
});

/** Checked, and used as it is: every verdict reads it. */
const policy: Rule = {
  inside: policyParts.inside ?? [],
  read(value, place) {
    policyParts.read(value, place);
    return value;
  },
};

/** Options of `openTrust`. */
export const openTrustShape: Shape<OpenTrustOptions> = {
  anchors: required(
    sources('a file, a directory, { pem }, a set of anchors or a store of one', 'anchors'),
    'give the roots that are trusted: a file of PEM, a directory, or { pem }',
  ),
  crls: sources('a file, a directory, { pem }, { crls } or a store of them', 'crls'),
  fetch,
  anchorDefaults: nested<AnchorDefaults>({
    limits,
    revocation,
    serverAuthSuffices: yesOrNo,
    issuersFrom: listOf(text, 'a list of hosts'),
  }),
  revocation,
  policy,
  policies: listOf(withMethods('a policy with a method refuse', 'refuse'), 'a list of policies'),
  watch: yesOrNo,
  onFault: callback,
  clock: withMethods('a clock', 'now', 'after'),
  latestSigned: callback,
};
