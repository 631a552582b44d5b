import type { Certificate } from '@entente/x509';
import type { TrustAnchor } from '../anchor.ts';
import { bringsAll, type KnownIssuers } from '../known-issuers.ts';
import { reject } from '../reasons/catalogue.ts';
import type { Rejection } from '../reasons/rejection.ts';
import type { RevocationContext } from '../revocation/revocation-context.ts';
import type { OcspAnswer, RevocationIndex } from '../revocation/revocation-index.ts';
import { checkRevocation } from '../revocation/revocation-stage.ts';
import { evidenceOf, type Trail } from '../trail.ts';
import type { CertificatePool } from './certificate-pool.ts';
import { checkForLink } from './link-checks.ts';
import { type PathContext, withSink } from './path-context.ts';
import { missingIssuer, PathSearch } from './path-search.ts';
import type { PathState } from './path-state.ts';
import { BudgetExceeded } from './spending.ts';
import { checkLeaf } from './step-path.ts';
import { walkPath } from './walk-path.ts';

/** A search for a path of one leaf: stages 2 and 3 together, for a path whose certificates are revoked is none. */
export interface Search {
  readonly leaf: Certificate;
  readonly context: PathContext;
  /** What the peer presented, DER, leaf first. */
  readonly presented: readonly Uint8Array[];
  /** Intermediates known beforehand. */
  readonly known: readonly Certificate[];
  /** Presented certificates that could not be read; filled when the pool is made. */
  readonly malformed: readonly Rejection[];
  readonly pool: () => CertificatePool;
  readonly index: RevocationIndex;
  readonly stapled: readonly OcspAnswer[];
}

/** A path that has passed stages 2 and 3. */
export interface FoundPath {
  /** Leaf first, the anchor not included. */
  readonly chain: readonly Certificate[];
  readonly above: PathState;
  /** When the knowledge about revocation stops being fresh enough, milliseconds. */
  readonly freshUntil: number;
}

type Outcome =
  | { readonly ok: true; readonly path: FoundPath }
  | { readonly ok: false; readonly rejections: readonly Rejection[] };

/** Paths that are taken apart to explain a refusal. */
const maxExplained = 8;

/**
 * Finds a valid path, by way of known issuers where it can.
 *
 * @param search - leaf, pool and context
 * @param issuers - what has been proven before
 * @param trail - filled with what the path stands on
 */
export function findPath(search: Search, issuers: KnownIssuers, trail: Trail): Outcome {
  const { context } = search;
  try {
    const path = byKnownIssuer(search, issuers, trail) ?? bySearch(search, issuers, trail);
    if (path !== undefined) return { ok: true, path };
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    trail.push(() => ({ stage: 'path', kind: 'search-ended', spent: context.spending.spent() }));
    return {
      ok: false,
      rejections: [reject('search-budget-exceeded', { what: error.what, max: error.max })],
    };
  }
  const rejections = explainFailure(search, trail);
  trail.push(() => ({ stage: 'path', kind: 'search-ended', spent: context.spending.spent() }));
  return { ok: false, rejections };
}

function byKnownIssuer(search: Search, issuers: KnownIssuers, trail: Trail): FoundPath | undefined {
  const { leaf, presented, known, context } = search;
  for (const above of issuers.of(leaf)) {
    if (!bringsAll(above, presented, known)) continue;
    context.sink.length = 0;
    if (!checkLeaf(above, leaf, context, true)) continue;
    const chain = [leaf, ...above.issuers];
    checkForLink(chain, above, context);
    if (context.sink.length > 0) continue;
    const path = withRevocation(chain, above, search, trail);
    if (path !== undefined) return path;
  }
  return undefined;
}

function bySearch(search: Search, issuers: KnownIssuers, trail: Trail): FoundPath | undefined {
  const { leaf, context } = search;
  for (const { anchor, chain } of new PathSearch(search.pool(), context, false).paths(leaf)) {
    context.sink.length = 0;
    const above = walkPath(anchor, chain, context, 'peer');
    if (above === undefined || context.sink.length > 0) continue;
    const path = withRevocation(chain, above, search, trail);
    if (path === undefined) continue;
    issuers.remember(leaf, above);
    return path;
  }
  return undefined;
}

function withRevocation(
  chain: readonly Certificate[],
  above: PathState,
  search: Search,
  trail: Trail,
): FoundPath | undefined {
  const { context } = search;
  const held: Trail = [];
  const freshUntil = checkRevocation(chain, above, revocationContext(search), held);
  if (context.sink.length > 0) return undefined;
  const { anchor } = above;
  trail.push(() => ({
    stage: 'path',
    kind: 'path-found',
    anchor: anchor.name,
    subjects: subjectsOf(chain, anchor),
    spent: context.spending.spent(),
  }));
  const { limits } = anchor;
  if (limits !== undefined) {
    trail.push(() => ({
      stage: 'path',
      kind: 'limits-held',
      anchor: anchor.name,
      limits: Object.keys(limits),
    }));
  }
  const usages = chain[0]!.extKeyUsage;
  const { purpose } = context;
  if (purpose.alternative !== undefined && usages !== undefined && !usages.includes(purpose.oid)) {
    if (usages.includes(purpose.alternative.oid)) {
      trail.push(() => ({ stage: 'path', kind: 'server-auth-sufficed', anchor: anchor.name }));
    }
  }
  trail.push(() => evidenceOf(held));
  return { chain, above, freshUntil };
}

function subjectsOf(chain: readonly Certificate[], anchor: TrustAnchor): readonly string[] {
  return [...chain, anchor.certificate].map(({ subject }) => subject.toString());
}

function revocationContext({ context, index, pool, stapled }: Search): RevocationContext {
  return {
    path: context,
    index,
    pool,
    stapled,
    inProgress: [],
    checkRevocation: (chain, above, inner) => checkRevocation(chain, above, inner, []),
  };
}

/**
 * Takes a failed search apart once more, this time following also what may not issue, and collects everything that is wrong
 * with each path that signatures lead along. It can only explain: no path found here is believed.
 */
function explainFailure(search: Search, trail: Trail): readonly Rejection[] {
  const { leaf } = search;
  const context = withSink(search.context, []);
  const { sink } = context;
  const tolerant = new PathSearch(search.pool(), context, true);
  let paths = 0;
  try {
    for (const { anchor, chain } of tolerant.paths(leaf)) {
      paths++;
      const before = sink.length;
      const above = walkPath(anchor, chain, context, 'peer');
      if (above !== undefined) checkRevocation(chain, above, revocationContext({ ...search, context }), []);
      const faults = sink.slice(before).map(({ reason }) => reason);
      trail.push(() => ({
        stage: 'path',
        kind: 'path-examined',
        anchor: anchor.name,
        subjects: subjectsOf(chain, anchor),
        faults,
      }));
      if (paths === maxExplained) break;
    }
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
  }
  const rejections = [...sink, ...tolerant.ended];
  if (rejections.length > 0) return rejections;
  return [missingIssuer(leaf, search.pool()), ...search.malformed].reverse();
}
