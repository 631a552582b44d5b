import type { Certificate } from '@entente/x509';
import type { Standing } from '../knowledge/ca-status-memory.ts';
import { statusLocations } from '../knowledge/locations.ts';
import { allReasons } from '../knowledge/reason-mask.ts';
import type { Findings, Statement } from '../knowledge/statement.ts';
import type { PathState } from '../path/path-state.ts';
import type { RevocationPolicy } from '../policy/revocation-policy.ts';
import { reject } from '../reasons/catalogue.ts';
import type { NotFetched } from '../reasons/rejection.ts';
import type { Trail } from '../reasons/trail.ts';
import { crlStatements } from './crl-statements.ts';
import { ocspStatements } from './ocsp-statements.ts';
import { rememberStanding, standingOf } from './remember-ca-status.ts';
import type { RevocationContext } from './revocation-context.ts';

type Asking = Exclude<RevocationPolicy, { mode: 'off' }>;

/**
 * Stage 3 for every certificate of a path. Rejections go into the sink of the context, evidence into the trail.
 *
 * @param chain - leaf first, the anchor not included
 * @param above - state above the leaf
 * @returns when the first statement stops being fresh enough, milliseconds since the epoch
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

/** Stage 3 for one certificate. @param own - state of the certificate itself, where it is a CA whose standing can be remembered */
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
  const current = bestOf(statements, now, context);
  if (current !== undefined) {
    if (own !== undefined) rememberStanding(own, context, current);
    return accept(certificate, depth, current, false, graceMs, now, trail);
  }
  const lapsed = graceMs > 0 ? bestOf(statements, now - graceMs, context) : undefined;
  if (lapsed !== undefined) return accept(certificate, depth, lapsed, true, graceMs, now, trail);
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
  const locations = locationsOf(certificate);
  const inVain = notFetched(locations, context);
  const stale = bestOf(statements, Number.NEGATIVE_INFINITY, context);
  if (stale !== undefined) {
    const { source, thisUpdate, nextUpdate } = stale.statement;
    const due = nextUpdate === undefined ? {} : { nextUpdate };
    sink.push(
      reject('revocation-stale', { depth, subject, source, thisUpdate, ...due, now, graceMs, ...inVain }),
    );
  } else {
    const partly = statements.length > 0 ? 'statements that do not cover every reason' : undefined;
    const unusable = partly ?? problems[0];
    const why = unusable ?? 'no CRL and no OCSP response of its issuer';
    const where = unusable === undefined ? { locations } : {};
    sink.push(reject('revocation-unknown', { depth, subject, why, ...where, ...inVain }));
  }
  return now;
}

/** Locations that a reason names: a certificate may have thousands. */
const mostNamed = 4;

function locationsOf(certificate: Certificate): readonly string[] {
  const { crls, ocsp } = statusLocations(certificate);
  return [...crls.flat(), ...ocsp].slice(0, mostNamed);
}

function notFetched(locations: readonly string[], { index }: RevocationContext): NotFetched {
  const inVain = locations.flatMap((url) => {
    const why = index.whyNotFetched(url);
    return why === undefined ? [] : [{ url, why }];
  });
  return inVain.length === 0 ? {} : { notFetched: inVain };
}

/** Until when a statement is current, milliseconds. */
function lastsUntil({ thisUpdate, nextUpdate }: Statement, context: RevocationContext): number {
  const { withoutNextUpdateMs, maxAgeMs } = context.path.policy.revocation;
  // Without nextUpdate and without a rule for it the statement is current only at its own thisUpdate.
  const stated = nextUpdate ?? thisUpdate + withoutNextUpdateMs;
  return maxAgeMs === undefined ? stated : Math.min(stated, thisUpdate + maxAgeMs);
}

/**
 * The statement to use, among those current at a time, where together they cover every reason: one that covers all reasons and
 * is current longest, or CRLs by reason, which are current until the first of them expires.
 */
function bestOf(
  statements: readonly Statement[],
  moment: number,
  context: RevocationContext,
): Standing | undefined {
  let mask = 0;
  let whole: Standing | undefined;
  let shard: Standing | undefined;
  let byIssuer = true;
  for (const statement of statements) {
    const until = lastsUntil(statement, context);
    if (until < moment) continue;
    mask |= statement.reasons;
    byIssuer &&= statement.byIssuer;
    if (statement.reasons === allReasons) {
      if (whole === undefined || until > whole.lastsUntil) whole = { statement, lastsUntil: until, byIssuer };
    } else if (shard === undefined || until < shard.lastsUntil)
      shard = { statement, lastsUntil: until, byIssuer };
  }
  if (mask !== allReasons) return undefined;
  const best = whole ?? shard;
  if (best === undefined || best.byIssuer === byIssuer) return best;
  return { statement: best.statement, lastsUntil: best.lastsUntil, byIssuer };
}

function accept(
  certificate: Certificate,
  depth: number,
  { statement, lastsUntil: until }: Standing,
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
