import type { Certificate } from '@entente/x509';
import type { Evidence } from '../evidence.ts';
import type { PathState } from '../path/path-state.ts';
import { reject } from '../reasons/catalogue.ts';
import { crlStatements } from './crl-statements.ts';
import { ocspStatements } from './ocsp-statements.ts';
import type { RevocationPolicy } from './policy.ts';
import { allReasons } from './reason-mask.ts';
import type { RevocationContext } from './revocation-context.ts';
import type { Findings, Statement } from './statement.ts';

/**
 * Stage 3 for every certificate of a path. Rejections go into the sink of the context, what held into the evidence.
 *
 * @param chain - leaf first, the anchor not included
 * @param above - state above the leaf
 * @returns the moment at which the knowledge about some certificate stops being fresh enough, milliseconds
 */
export function checkRevocation(
  chain: readonly Certificate[],
  above: PathState,
  context: RevocationContext,
  evidence: Evidence[],
): number {
  const mode = above.anchor.revocation ?? context.path.policy.revocation.fallback;
  let until = Number.POSITIVE_INFINITY;
  let state: PathState | undefined = above;
  for (let depth = 0; depth < chain.length && state !== undefined; depth++) {
    const certificate = chain[depth]!;
    if (mode.mode === 'off') {
      evidence.push({
        stage: 'revocation',
        kind: 'not-asked',
        depth,
        get subject() {
          return certificate.subject.toString();
        },
        because: mode.signedBy,
      });
    } else {
      until = Math.min(until, checkOne(certificate, depth, state, mode, context, evidence));
    }
    state = state.parent;
  }
  return until;
}

function checkOne(
  certificate: Certificate,
  depth: number,
  above: PathState,
  mode: Exclude<RevocationPolicy, { mode: 'off' }>,
  context: RevocationContext,
  evidence: Evidence[],
): number {
  const { sink, now } = context.path;
  const findings: Findings = { statements: [], problems: [] };
  if (depth === 0)
    for (const answer of context.stapled) ocspStatements(answer, certificate, above, context, findings);
  for (const answer of context.index.answersFor(certificate.serialHex)) {
    ocspStatements(answer, certificate, above, context, findings);
  }
  crlStatements(certificate, above, context, findings);

  const revoked = findings.statements.find(({ state }) => state === 'revoked');
  if (revoked !== undefined) {
    sink.push(
      reject('revoked', {
        depth,
        subject: certificate.subject.toString(),
        since: revoked.since ?? revoked.thisUpdate,
        code: revoked.code ?? 'unspecified',
        source: revoked.source,
        signer: revoked.signer.toString(),
      }),
    );
    return now;
  }
  const graceMs = mode.mode === 'grace' ? mode.graceMs : 0;
  const judged = findings.statements.map((statement) => ({ statement, ...freshness(statement, context) }));
  const current = judged.filter(({ lastsUntil }) => now <= lastsUntil);
  const usable = covers(current) ? current : judged.filter(({ lastsUntil }) => now <= lastsUntil + graceMs);
  if (covers(usable))
    return accept(certificate, depth, usable, usable === current ? 0 : graceMs, graceMs, context, evidence);

  const subject = certificate.subject.toString();
  if (covers(judged)) {
    const { statement } = newest(judged);
    const { source, thisUpdate, nextUpdate } = statement;
    const due = nextUpdate === undefined ? {} : { nextUpdate };
    sink.push(reject('revocation-stale', { depth, subject, source, thisUpdate, ...due, now, graceMs }));
  } else {
    const [problem] = findings.problems;
    const partly = judged.length > 0 ? 'statements that do not cover every reason' : undefined;
    sink.push(
      reject('revocation-unknown', {
        depth,
        subject,
        why: partly ?? problem ?? 'no CRL and no OCSP response of its issuer',
      }),
    );
  }
  return now;
}

interface Judged {
  readonly statement: Statement;
  /** Until when the statement is current, milliseconds. */
  readonly lastsUntil: number;
}

function freshness(
  { thisUpdate, nextUpdate }: Statement,
  context: RevocationContext,
): { lastsUntil: number } {
  const { withoutNextUpdateMs, maxAgeMs } = context.path.policy.revocation;
  // Without nextUpdate and without a rule for it the statement was current at the moment it was made, and never again.
  const stated = nextUpdate ?? thisUpdate + withoutNextUpdateMs;
  return { lastsUntil: maxAgeMs === undefined ? stated : Math.min(stated, thisUpdate + maxAgeMs) };
}

function covers(judged: readonly Judged[]): boolean {
  return judged.reduce((mask, { statement }) => mask | statement.reasons, 0) === allReasons;
}

function newest(judged: readonly Judged[]): Judged {
  return judged.reduce((best, one) => (one.lastsUntil > best.lastsUntil ? one : best));
}

function accept(
  certificate: Certificate,
  depth: number,
  usable: readonly Judged[],
  spentGraceMs: number,
  graceMs: number,
  context: RevocationContext,
  evidence: Evidence[],
): number {
  const { now } = context.path;
  const whole = usable.filter(({ statement }) => statement.reasons === allReasons);
  // One statement that covers everything and lasts longest is enough; shards by reason are needed all together.
  const best =
    whole.length > 0 ? newest(whole) : usable.reduce((a, b) => (a.lastsUntil < b.lastsUntil ? a : b));
  const { source, signer, thisUpdate, nextUpdate } = best.statement;
  evidence.push({
    stage: 'revocation',
    kind: spentGraceMs > 0 ? 'within-grace' : 'not-revoked',
    depth,
    // Names are written out when somebody reads the evidence: a verdict is given at every handshake.
    get subject() {
      return certificate.subject.toString();
    },
    source,
    get signer() {
      return signer.toString();
    },
    thisUpdate,
    ...(nextUpdate === undefined ? {} : { nextUpdate }),
    ageMs: now - thisUpdate,
  });
  return best.lastsUntil + graceMs;
}
