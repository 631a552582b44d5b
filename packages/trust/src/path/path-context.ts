import type { TrustAnchor } from '../policy/anchor.ts';
import type { TrustPolicy } from '../policy/profile.ts';
import type { LinkContext } from '../question/link-context.ts';
import type { Rejection } from '../reasons/rejection.ts';
import type { PathState } from './path-state.ts';
import type { Spending } from './search-budget.ts';
import type { LastingSignatureMemo, SignatureMemo } from './signature-memo.ts';

/** A purpose of a path: the extended key usage that must cover it. */
export interface Purpose {
  readonly oid: string;
  /** Name in messages, e.g. `serverAuth`. */
  readonly name: string;
  /** Another usage that is accepted instead where the anchor allows it. */
  readonly alternative?: { readonly oid: string; readonly name: string };
}

/** What the checks of one verdict share. */
export interface PathContext {
  readonly policy: TrustPolicy;
  /** Time of the verdict in whole seconds, as milliseconds: certificates have no smaller unit (RFC 5280 §4.1.2.5). */
  readonly now: number;
  readonly link: LinkContext;
  readonly purpose: Purpose;
  readonly spending: Spending;
  readonly signatures: SignatureMemo;
  /** For revocation statements that this server keeps, not those that a peer presents. */
  readonly statements: LastingSignatureMemo;
  /** Verified states of anchors; the states of issuers are below them. */
  readonly roots: Map<TrustAnchor, PathState>;
  /** Receives the rejections. */
  readonly sink: Rejection[];
}

/** The same context with a sink of its own. */
export function withSink(context: PathContext, sink: Rejection[]): PathContext {
  return { ...context, sink };
}
