import {
  type AnchorSet,
  createJudge,
  type PresentedChain,
  type Question,
  type Reason,
  type RevocationKnowledge,
} from '@entente/trust';
import {
  anchorsFrom,
  createIssuerFetcher,
  createRevocationFetcher,
  crlsFrom,
  type RevocationFetcher,
  type Store,
} from '@entente/trust/node';
import { encodePem } from '@entente/x509';
import { reportFault } from '../fault/call-back.ts';
import { checks } from '../options/checks.ts';
import { type Clock, systemClock } from './clock.ts';
import { createTrust } from './create-trust.ts';
import type { AnchorLocation, CrlLocation, OpenTrustOptions } from './open-trust-options.ts';
import { openTrustShape } from './open-trust-shape.ts';
import type { ChangeScope, Trust } from './trust.ts';

/**
 * Opens a trust state from files: anchors and CRLs are followed, and revocation knowledge is fetched where that is allowed.
 *
 * @param given - anchors, CRLs, what may be fetched, and the policy
 * @returns the trust, for `serve`, `connect`, `agent` and `dispatcher`
 * @throws StoreFault (match by `code`) where a store cannot be used
 * @throws TlsFault `ENTENTE_OPTION_INVALID`
 */
export async function openTrust(given: OpenTrustOptions): Promise<Trust> {
  const options = checks.read(given, openTrustShape, 'openTrust');
  const clock = options.clock ?? systemClock;
  const opened: { [Symbol.asyncDispose](): Promise<void> }[] = [];
  try {
    const anchors = await Promise.all(listOf(options.anchors).map((from) => openAnchors(from, options)));
    opened.push(...anchors.filter((store) => store !== undefined));
    const crls = await Promise.all(listOf(options.crls).map((from) => openCrls(from, options)));
    opened.push(...crls);
    const fetcher =
      options.fetch === undefined
        ? undefined
        : await createRevocationFetcher({
            now: () => clock.now(),
            after: (delayMs, run) => clock.after(delayMs, run),
            ...options.fetch,
          });
    if (fetcher !== undefined) opened.push(fetcher);
    return assemble(options, clock, anchors, crls, fetcher, opened);
  } catch (fault) {
    for (const store of opened.reverse()) await store[Symbol.asyncDispose]();
    throw fault;
  }
}

function assemble(
  options: OpenTrustOptions,
  clock: Clock,
  anchorStores: readonly Store<AnchorSet>[],
  crlStores: readonly Store<RevocationKnowledge>[],
  fetcher: RevocationFetcher | undefined,
  opened: readonly { [Symbol.asyncDispose](): Promise<void> }[],
): Trust {
  const knowledgeSources = fetcher === undefined ? crlStores : [...crlStores, fetcher.store];
  let anchors = joinAnchors(anchorStores);
  let knowledge = joinKnowledge(knowledgeSources);
  let changes = 0;
  let platform: readonly string[] | undefined;
  const issuers = createIssuerFetcher({ now: () => clock.now(), ...options.fetch });
  const judge = createJudge({
    anchors: () => anchors,
    revocation: () => knowledge,
    intermediates: () => issuers.current,
    ...(options.policy === undefined ? {} : { policy: options.policy }),
    ...(options.policies === undefined ? {} : { policies: options.policies }),
    ...(options.latestSigned === undefined ? {} : { latestSigned: options.latestSigned }),
  });
  const completes = () => anchors.anchors.some(({ issuersFrom }) => issuersFrom !== undefined);
  const reasonAgainst = (presented: PresentedChain, question: Question): Reason | undefined => {
    const verdict = judge.judge(presented, question);
    return verdict.trusted ? undefined : verdict.rejection.reason;
  };
  const prepare: NonNullable<Trust['prepare']> = async (presented, question, verdict) => {
    let lacking = verdict?.rejection.reason ?? reasonAgainst(presented, question);
    const lacked = completes() ? await issuers.complete(presented, anchors) : [];
    if (lacking === 'unknown-issuer' && lacked.length > 0) lacking = reasonAgainst(presented, question);
    if (lacking !== 'revocation-unknown' && lacking !== 'revocation-stale') return;
    const certificates = [...presented.certificates, ...lacked.map(({ der }) => der)];
    await fetcher?.prepare({ ...presented, certificates }, anchors, question.now);
  };
  const trust = createTrust({
    judge,
    // A count: a digest of anchors and lists would miss what is imposed on an anchor, and a change that is taken back.
    version: () => String(changes),
    clock,
    completes,
    // Also without a fetcher: anchors that come later may list hosts for missing intermediates.
    prepare,
    ...(fetcher === undefined ? {} : { use: (path) => fetcher.use(path) }),
    platformAnchors: () => {
      platform ??= anchors.anchors.map(({ certificate }) => encodePem('CERTIFICATE', certificate.der));
      return platform;
    },
    async dispose() {
      for (const store of [...opened].reverse()) await store[Symbol.asyncDispose]();
    },
  });
  const changed = (scope?: ChangeScope) => {
    changes++;
    trust.announce(scope);
  };
  for (const store of anchorStores) {
    store.onChange(() => {
      anchors = joinAnchors(anchorStores);
      platform = undefined;
      changed();
    });
  }
  for (const store of knowledgeSources) {
    store.onChange(() => {
      const before = knowledge;
      knowledge = joinKnowledge(knowledgeSources);
      changed(touchedIssuers(before, knowledge));
    });
  }
  return trust;
}

/** Issuers whose CRLs differ; undefined: any. An OCSP response names its issuer by hashes only, so it may affect any. */
function touchedIssuers(before: RevocationKnowledge, after: RevocationKnowledge): ChangeScope | undefined {
  if (differ(before.ocspResponses ?? [], after.ocspResponses ?? [])) return undefined;
  const touched = new Set<string>();
  for (const crl of before.crls) if (!after.crls.includes(crl)) touched.add(crl.issuer.toString());
  for (const crl of after.crls) {
    if (before.crls.includes(crl)) continue;
    // An indirect CRL has entries of other issuers than the one that signed it (RFC 5280 §5.2.5).
    if (crl.issuingDistributionPoint?.indirectCRL === true) return undefined;
    touched.add(crl.issuer.toString());
  }
  return { issuers: [...touched] };
}

function differ(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length !== b.length || a.some((item, index) => item !== b[index]);
}

async function openAnchors(from: AnchorLocation, options: OpenTrustOptions): Promise<Store<AnchorSet>> {
  if (isStore(from)) return from;
  if (typeof from === 'object' && 'anchors' in from) return still(from);
  return anchorsFrom(from, {
    ...options.anchorDefaults,
    ...(options.revocation === undefined ? {} : { revocation: options.revocation }),
    ...followOf(options),
  });
}

async function openCrls(from: CrlLocation, options: OpenTrustOptions): Promise<Store<RevocationKnowledge>> {
  if (isStore(from)) return from;
  if (typeof from === 'object' && 'crls' in from) return still(from);
  const { clock = systemClock } = options;
  return crlsFrom(from, { ...followOf(options), now: () => clock.now() });
}

function followOf({ watch, onFault }: OpenTrustOptions) {
  return {
    ...(watch === undefined ? {} : { watch }),
    onFault: (fault: unknown) => reportFault(onFault, fault),
  };
}

function isStore<T>(from: object | string): from is Store<T> {
  return typeof from === 'object' && 'current' in from && 'onChange' in from;
}

/** A store of a value that does not change. */
function still<T>(current: T): Store<T> {
  return { current, onChange: () => () => {}, [Symbol.asyncDispose]: async () => {} };
}

function listOf<T>(given: T | readonly T[] | undefined): readonly T[] {
  if (given === undefined) return [];
  return Array.isArray(given) ? given : [given as T];
}

function joinAnchors(stores: readonly Store<AnchorSet>[]): AnchorSet {
  return stores.length === 1
    ? stores[0]!.current
    : { anchors: stores.flatMap((store) => store.current.anchors) };
}

function joinKnowledge(stores: readonly Store<RevocationKnowledge>[]): RevocationKnowledge {
  return {
    crls: stores.flatMap((store) => store.current.crls),
    ocspResponses: stores.flatMap((store) => store.current.ocspResponses ?? []),
    whyNotFetched: (url) => {
      for (const { current } of stores) {
        const why = current.whyNotFetched?.(url);
        if (why !== undefined) return why;
      }
      return undefined;
    },
  };
}
