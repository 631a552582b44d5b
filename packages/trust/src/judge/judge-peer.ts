import { fitsTlsa } from '../dane/fits-tlsa.ts';
import { LeafIdentity } from '../identity/leaf-identity.ts';
import type { LeafNames } from '../identity/leaf-names.ts';
import { matchIdentity } from '../identity/match-identity.ts';
import type { PeerIdentity } from '../identity/peer-identity.ts';
import { sealPath, type ValidatedPath } from '../path/validated-path.ts';
import { reject } from '../reasons/catalogue.ts';
import type { Rejection } from '../reasons/rejection.ts';
import type { Trail } from '../reasons/trail.ts';
import { checkAuthorised } from './check-question.ts';
import type { FoundPath } from './find-path.ts';
import type { JudgeSources } from './judge-sources.ts';
import type { Question } from './verdict.ts';

type Outcome =
  | { readonly ok: true; readonly peer: PeerIdentity; readonly path: ValidatedPath }
  | { readonly ok: false; readonly peer: PeerIdentity; readonly rejection: Rejection };

/**
 * Stages 4 to 6, for a path that has passed: who the peer is, whether it may use the link, whether a policy refuses it.
 *
 * @param found - path that has passed stages 2 and 3
 * @param question - the question
 * @param sources - profile and policies of the judge
 * @param trail - receives the evidence
 */
export function judgePeer(
  found: FoundPath,
  question: Question,
  { policy, policies }: Pick<JudgeSources, 'policy' | 'policies'>,
  trail: Trail,
): Outcome {
  const { certificate: leaf, chain, names } = found.leaf;
  const peer = new LeafIdentity(leaf, names, found.above.anchor.name);

  const match = matchIdentity(leaf, names, question.identity, policy.commonNameFallback);
  if (!match.ok) return { ok: false, peer, rejection: match.rejection };
  const { expected, matched } = match;
  if (expected !== undefined && matched !== undefined) {
    const { mode } = question.identity;
    trail.push(() => ({ stage: 'identity', kind: 'name-found', mode, expected, matched }));
  } else {
    trail.push(() => ({ stage: 'identity', kind: 'identities', names: allNames(names) }));
  }
  if (matched !== undefined) peer.matched = matched;
  const { dane } = question;
  if (dane !== undefined && dane.records.length > 0) {
    const data = { host: dane.host, records: dane.records.length };
    const fit = fitsTlsa(dane.records, chain, found.above.anchor.certificate);
    if (fit === 'differs') return { ok: false, peer, rejection: reject('dane-mismatch', data) };
    const kind = fit === 'fits' ? 'dane-fits' : 'dane-unusable';
    trail.push(() => ({ stage: 'identity', kind, ...data }));
  }

  const authorised = checkAuthorised(question.authorise(peer, question.link));
  if (!authorised.ok) return { ok: false, peer, rejection: authorised.rejection };
  const { server, role, row } = authorised;
  trail.push(() => ({
    stage: 'authorise',
    kind: 'authorised',
    ...(server === undefined ? {} : { server }),
    ...(role === undefined ? {} : { role }),
    ...(row === undefined ? {} : { row }),
  }));
  if (server !== undefined) peer.server = server;
  if (role !== undefined) peer.role = role;

  const path = sealPath(found.above.anchor, chain, validUntil(found));
  for (const stage of policies) {
    const detail = stage.refuse(peer, question.link, path);
    if (detail !== undefined) {
      return { ok: false, peer, rejection: reject('refused-by-policy', { policy: stage.name, detail }) };
    }
    trail.push(() => ({ stage: 'policy', kind: 'not-refused', policy: stage.name }));
  }
  return { ok: true, peer, path };
}

function allNames({ dnsNames, sipDomains }: LeafNames): readonly string[] {
  return [...dnsNames, ...sipDomains.map((domain) => `sip:${domain}`)];
}

/** The moment at which time alone ends the path. */
function validUntil({ leaf, above, freshUntil }: FoundPath): number {
  const { certificate, limits } = above.anchor;
  let until = Math.min(freshUntil, certificate.notAfter, limits?.notAfter ?? Number.POSITIVE_INFINITY);
  for (const { notAfter } of leaf.chain) until = Math.min(until, notAfter);
  return until;
}
