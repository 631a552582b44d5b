import type { Certificate } from '@entente/x509';
import type { TrustAnchor } from '../policy/anchor.ts';
import { checkForLink, checkTimes } from './link-checks.ts';
import type { PathContext } from './path-context.ts';
import type { PathState } from './path-state.ts';
import { anchorState, checkLeaf, intermediateState } from './step-path.ts';

/** The state of an anchor, created once per judge. */
export function rootState(anchor: TrustAnchor, depth: number, context: PathContext): PathState {
  const known = context.roots.get(anchor);
  if (known !== undefined) return known;
  const found = context.sink.length;
  const state = anchorState(anchor, depth, context);
  if (context.sink.length === found) context.roots.set(anchor, state);
  return state;
}

/**
 * Validates a path from the anchor down. All its faults go into the sink, so that a refusal can report the most informative one
 * and not the first one met.
 *
 * @param chain - leaf first, the anchor not included
 * @param end - what the last certificate is for: a TLS peer, or signing CRLs
 * @returns the state above the leaf, or undefined where a signature did not verify
 * @see RFC 5280 §6.1
 */
export function walkPath(
  anchor: TrustAnchor,
  chain: readonly Certificate[],
  context: PathContext,
  end: 'peer' | 'crl-signer',
): PathState | undefined {
  let state: PathState | undefined = rootState(anchor, chain.length, context);
  for (let depth = chain.length - 1; depth > 0; depth--) {
    state = intermediateState(state, chain[depth]!, depth, context);
    if (state === undefined) return undefined;
  }
  if (!checkLeaf(state, chain[0]!, context, end === 'peer')) return undefined;
  if (end === 'peer') checkForLink(chain, state, context);
  else checkTimes(chain, anchor, context);
  return state;
}
