import type { Certificate } from '@entente/x509';
import type { PathState } from '../path/path-state.ts';
import { reject } from '../reasons/catalogue.ts';
import type { Trail } from '../trail.ts';
import { crlStatements } from './crl-statements.ts';
import { ocspStatements } from './ocsp-statements.ts';
import type { RevocationPolicy } from './policy.ts';
import { allReasons } from './reason-mask.ts';
import type { RevocationContext } from './revocation-context.ts';
import { rememberStanding, standingOf } from './standing.ts';
import type { Findings, Statement } from './statement.ts';

type Asking = Exclude<RevocationPolicy, { mode: 'off' }>;

/**
 * Stage 3 for every certificate of a path. Rejections go into the sink of the context, what held into the trail.
 *
 * @param chain - leaf first, the anchor not included
 * @param above - state above the leaf
 * @returns the moment at which the knowledge about some certificate stops being fresh enough, milliseconds
 */
export function checkRevocation(
  chain: readonly Certificate[],
  above: PathState,
  context: RevocationContext,
  trail: Trail,
): number {
  const mode = above.anchor.revocation ?? context.path.policy.revocation.fallback;
  let until = Number.POSITIVE_INFINITY;
  let state: PathState | undefined = above;
  let own: PathState | undefined;
  for (let depth = 0; depth < chain.length && state !== undefined; depth++) {
    const certificate = chain[depth]!;
    if (mode.mode === 'off') notAsked(certificate, depth, mode.signedBy, trail);
    else until = Math.min(until, checkOne(certificate, depth, own, state, mode, context, trail));
    own = state;
    state = state.parent;
  }
  return until;
}

function notAsked(certificate: Certificate, depth: number, because: string, trail: Trail): void {
  trail.push(() => ({
    stage: 'revocation',
    kind: 'not-asked',
    depth,
    subject: certificate.subject.toString(),
    because,
  }));
}

/** @param own - state of the certificate itself, where it is a CA whose standing can be remembered */
function checkOne(
  certificate: Certificate,
  depth: number,
  own: PathState | undefined,
  above: PathState,
  mode: Asking,
  context: RevocationContext,
  trail: Trail,
): number {
  const graceMs = mode.mode === 'grace' ? mode.graceMs : 0;
  const { now } = context.path;
  const known = own === undefined ? undefined : standingOf(own, context.index, now);
  if (known !== undefined) return accept(certificate, depth, known, false, graceMs, now, trail);

  const findings: Findings = { statements: [], problems: [] };
  if (depth === 0) {
    for (const answer of context.stapled) ocspStatements(answer, certificate, above, context, findings);
  }
  if (context.index.hasAnswers) {
    for (const answer of context.index.answersFor(certificate.serialHex)) {
      ocspStatements(answer, certificate, above, context, findings);
    }
  }
  crlStatements(certificate, above, context, findings);

  const { statements } = findings;
  for (const statement of statements) {
    if (statement.state === 'revoked') return refuseRevoked(certificate, depth, statement, context);
  }
  for (const grace of graceMs > 0 ? [0, graceMs] : [0]) {
    const usable = statements.filter((one) => now <= lastsUntil(one, context) + grace);
    if (!covers(usable)) continue;
    const best = mostTelling(usable, context);
    const standing = { statement: best, lastsUntil: lastsUntil(best, context) };
    if (own !== undefined && grace === 0 && usable.every(({ byIssuer }) => byIssuer)) {
      rememberStanding(own, context, standing);
    }
    return accept(certificate, depth, standing, grace > 0, graceMs, now, trail);
  }
  return refuseUnknown(certificate, depth, findings, graceMs, context);
}

function refuseRevoked(
  certificate: Certificate,
  depth: number,
  { since, thisUpdate, code = 'unspecified', source, signer }: Statement,
  { path: { sink, now } }: RevocationContext,
): number {
  sink.push(
    reject('revoked', {
      depth,
      subject: certificate.subject.toString(),
      since: since ?? thisUpdate,
      code,
      source,
      signer: signer.toString(),
    }),
  );
  return now;
}

function refuseUnknown(
  certificate: Certificate,
  depth: number,
  { statements, problems }: Findings,
  graceMs: number,
  context: RevocationContext,
): number {
  const { sink, now } = context.path;
  const subject = certificate.subject.toString();
  if (covers(statements)) {
    const { source, thisUpdate, nextUpdate } = mostTelling(statements, context);
    const due = nextUpdate === undefined ? {} : { nextUpdate };
    sink.push(reject('revocation-stale', { depth, subject, source, thisUpdate, ...due, now, graceMs }));
  } else {
    const partly = statements.length > 0 ? 'statements that do not cover every reason' : undefined;
    const why = partly ?? problems[0] ?? 'no CRL and no OCSP response of its issuer';
    sink.push(reject('revocation-unknown', { depth, subject, why }));
  }
  return now;
}

/** Until when a statement is current, milliseconds. */
function lastsUntil({ thisUpdate, nextUpdate }: Statement, context: RevocationContext): number {
  const { withoutNextUpdateMs, maxAgeMs } = context.path.policy.revocation;
  // Without nextUpdate and without a rule for it the statement was current at the moment it was made, and never again.
  const stated = nextUpdate ?? thisUpdate + withoutNextUpdateMs;
  return maxAgeMs === undefined ? stated : Math.min(stated, thisUpdate + maxAgeMs);
}

function covers(statements: readonly Statement[]): boolean {
  let mask = 0;
  for (const { reasons } of statements) mask |= reasons;
  return mask === allReasons;
}

/** One statement that covers everything and lasts longest is enough; shards by reason last as long as the first to lapse. */
function mostTelling(statements: readonly Statement[], context: RevocationContext): Statement {
  const whole = statements.filter(({ reasons }) => reasons === allReasons);
  const last = (one: Statement): number => lastsUntil(one, context);
  if (whole.length > 0) return whole.reduce((a, b) => (last(b) > last(a) ? b : a));
  return statements.reduce((a, b) => (last(b) < last(a) ? b : a));
}

function accept(
  certificate: Certificate,
  depth: number,
  { statement, lastsUntil: until }: { readonly statement: Statement; readonly lastsUntil: number },
  withinGrace: boolean,
  graceMs: number,
  now: number,
  trail: Trail,
): number {
  trail.push(() => {
    const { source, signer, thisUpdate, nextUpdate } = statement;
    return {
      stage: 'revocation',
      kind: withinGrace ? 'within-grace' : 'not-revoked',
      depth,
      subject: certificate.subject.toString(),
      source,
      signer: signer.toString(),
      thisUpdate,
      ...(nextUpdate === undefined ? {} : { nextUpdate }),
      ageMs: now - thisUpdate,
    };
  });
  return until + graceMs;
}
