import type { Certificate } from '@entente/x509';
import { checkForLink } from '../path/link-checks.ts';
import { type PathContext, withSink } from '../path/path-context.ts';
import { missingIssuer, PathSearch } from '../path/path-search.ts';
import type { PathState } from '../path/path-state.ts';
import { BudgetExceeded } from '../path/search-budget.ts';
import { checkLeaf } from '../path/step-path.ts';
import { walkPath } from '../path/walk-path.ts';
import type { TrustAnchor } from '../policy/anchor.ts';
import { reject } from '../reasons/catalogue.ts';
import type { Rejection } from '../reasons/rejection.ts';
import { evidenceOf, type Trail } from '../reasons/trail.ts';
import type { RevocationContext } from '../revocation/revocation-context.ts';
import { checkRevocation } from '../revocation/revocation-stage.ts';
import { bringsAll, type KnownIssuers } from './known-issuers.ts';
import type { Search } from './leaf-path-search.ts';
import type { LeafState } from './leaf-state.ts';

/** A path that has passed stages 2 and 3. */
export interface FoundPath {
  /** With the chain of the path. */
  readonly leaf: LeafState;
  readonly above: PathState;
  /** When the revocation statements stop being fresh enough, milliseconds. */
  readonly freshUntil: number;
}

type Outcome =
  | { readonly ok: true; readonly path: FoundPath }
  | { readonly ok: false; readonly rejections: readonly Rejection[] };

/** At most this many paths are examined to explain a refusal. */
const maxExplained = 8;

/**
 * Finds a valid path, through a known issuer where there is one.
 *
 * @param search - leaf, pool and context
 * @param issuers - what was verified before
 * @param trail - receives the evidence
 */
export function findPath(search: Search, issuers: KnownIssuers, trail: Trail): Outcome {
  const { context } = search.input;
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
  const { leaf, presented, known, context } = search.input;
  for (const above of issuers.of(leaf.certificate)) {
    if (!bringsAll(above, presented, known)) continue;
    context.sink.length = 0;
    if (leaf.above !== above) {
      if (!checkLeaf(above, leaf.certificate, context, true) || context.sink.length > 0) continue;
      leaf.passed(above);
    }
    checkForLink(leaf.chain, above, context);
    if (context.sink.length > 0) continue;
    const path = withRevocation(leaf, above, search, trail);
    if (path !== undefined) return path;
  }
  return undefined;
}

function bySearch(search: Search, issuers: KnownIssuers, trail: Trail): FoundPath | undefined {
  const { context, leaf } = search.input;
  let path: FoundPath | undefined;
  const strict = new PathSearch(search.pool(), context, { tolerant: false, end: 'peer' });
  strict.find(leaf.certificate, ({ anchor, chain }) => {
    context.sink.length = 0;
    const above = walkPath(anchor, chain, context, 'peer');
    if (above === undefined || context.sink.length > 0) return false;
    leaf.passed(above);
    path = withRevocation(leaf, above, search, trail);
    if (path !== undefined) issuers.remember(leaf.certificate, above);
    return path !== undefined;
  });
  return path;
}

function withRevocation(
  leaf: LeafState,
  above: PathState,
  search: Search,
  trail: Trail,
): FoundPath | undefined {
  const { context } = search.input;
  const { chain } = leaf;
  const held: Trail = [];
  const freshUntil = checkRevocation(chain, above, revocationContext(search, context), held);
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
  return { leaf, above, freshUntil };
}

function subjectsOf(chain: readonly Certificate[], anchor: TrustAnchor): readonly string[] {
  return [...chain, anchor.certificate].map(({ subject }) => subject.toString());
}

function revocationContext(search: Search, path: PathContext): RevocationContext {
  const { index, stapled } = search.input;
  return {
    path,
    index,
    candidates: search,
    stapled,
    inProgress: noCertificates,
    checkRevocation: checkNested,
  };
}

const noCertificates: readonly Certificate[] = [];

function checkNested(chain: readonly Certificate[], above: PathState, context: RevocationContext): void {
  checkRevocation(chain, above, context, []);
}

/**
 * Repeats a failed search, this time through certificates that may not issue too, and collects every fault of each path whose
 * signatures verify. It can only explain: a path found here is never accepted.
 */
function explainFailure(search: Search, trail: Trail): readonly Rejection[] {
  const leaf = search.input.leaf.certificate;
  const context = withSink(search.input.context, []);
  const { sink } = context;
  const tolerant = new PathSearch(search.pool(), context, { tolerant: true, end: 'peer' });
  let paths = 0;
  let exceeded: BudgetExceeded | undefined;
  try {
    tolerant.find(leaf, ({ anchor, chain }) => {
      paths++;
      const before = sink.length;
      const above = walkPath(anchor, chain, context, 'peer');
      if (above !== undefined) checkRevocation(chain, above, revocationContext(search, context), []);
      const faults = sink.slice(before).map(({ reason }) => reason);
      trail.push(() => ({
        stage: 'path',
        kind: 'path-examined',
        anchor: anchor.name,
        subjects: subjectsOf(chain, anchor),
        faults,
      }));
      return paths === maxExplained;
    });
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    exceeded = error;
  }
  const rejections = [...sink, ...tolerant.ended];
  if (rejections.length > 0) return rejections;
  // What was not looked at is not known to be missing.
  if (exceeded !== undefined) {
    return [reject('search-budget-exceeded', { what: exceeded.what, max: exceeded.max })];
  }
  return [missingIssuer(leaf, search.pool()), ...search.malformed].reverse();
}
