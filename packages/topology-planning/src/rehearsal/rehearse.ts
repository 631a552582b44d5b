import { callback } from '@entente/options';
import { checks } from '../checks.ts';
import { checkState } from './check-state.ts';
import { judgeLink, linksOf } from './judge-links.ts';
import type { NetworkState } from './network-state.ts';
import type { LinkFailure, RehearsedLink } from './rehearsed-link.ts';

/** A link, and why it fails. */
export type FailingLink = RehearsedLink & LinkFailure;

/** What would happen if the candidate went live. */
export interface Rehearsal {
  /** Whether nothing that works now would stop working. */
  readonly ok: boolean;
  /** Number of links judged. */
  readonly judged: number;
  /** Links that work now and would not. */
  readonly breaks: readonly FailingLink[];
  /** Links that do not work now and still would not. */
  readonly stillFail: readonly FailingLink[];
  /** Links that do not work now and would. */
  readonly fixes: readonly RehearsedLink[];
  /** Links that are new and would not work. */
  readonly newButFailing: readonly FailingLink[];
}

/**
 * Answers "what would break if this went live?" for a candidate topology, other certificates, other anchors, other CRLs, a later
 * time, or all of them: every link between servers and from clients is judged twice, in the state that is in force and in the one
 * that is to come.
 *
 * @param current - the state in force
 * @param candidate - the state to come
 * @param among - limits the rehearsal to some links; default all
 */
export function rehearse(
  current: NetworkState,
  candidate: NetworkState,
  among: (link: RehearsedLink) => boolean = () => true,
): Rehearsal {
  checkState(current, 'current of rehearse');
  checkState(candidate, 'candidate of rehearse');
  checks.argument(among, callback, 'among of rehearse');
  const breaks: FailingLink[] = [];
  const stillFail: FailingLink[] = [];
  const fixes: RehearsedLink[] = [];
  const newButFailing: FailingLink[] = [];
  const known = new Set<string>();
  const links = linksIn(current).filter(among);
  for (const link of links) {
    known.add(keyOf(link));
    const before = judgeLink(link, current);
    const after = judgeLink(link, candidate);
    if (after === undefined) {
      if (before !== undefined) fixes.push(link);
    } else if (before === undefined) breaks.push({ ...link, ...after });
    else stillFail.push({ ...link, ...after });
  }
  let judged = links.length;
  for (const link of linksIn(candidate).filter(among)) {
    if (known.has(keyOf(link))) continue;
    judged++;
    const failure = judgeLink(link, candidate);
    if (failure !== undefined) newButFailing.push({ ...link, ...failure });
  }
  return { ok: breaks.length === 0, judged, breaks, stillFail, fixes, newButFailing };
}

/** Partners are included whose certificate is known; blocked ones have no link. */
function linksIn({ topology, partners }: NetworkState): readonly RehearsedLink[] {
  if (partners === undefined) return linksOf(topology);
  const { document } = topology;
  const allowed = (document.partners ?? []).filter((partner) => partner.kind !== 'blocked');
  const domains = [...allowed, ...(document.providers ?? [])].flatMap((entry) => entry.domains);
  return linksOf(
    topology,
    domains.filter((domain) => partners.chainOf(domain) !== undefined),
  );
}

function keyOf({ row, from, to, toSide, service, asked }: RehearsedLink): string {
  return `${row} ${from} ${to} ${toSide} ${service} ${asked}`;
}
