import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  anchorSet,
  createJudge,
  type Judge,
  profiles,
  type RevocationKnowledge,
  type TrustPolicy,
  type TrustVerdict,
} from '@entente/trust';
import { type Certificate, type CertificateList, decodeCertificate, decodeCrl } from '@entente/x509';
import { type ConformanceCase, type ConformanceSuite, folderWith, tally, withoutVectors } from '../suite.ts';

/**
 * NIST PKITS under the profile `rfc5280-algorithm`, twice: each test with its own certificates and CRLs, and pooled, with every
 * intermediate and every CRL of the suite offered to every test. A refusal must give one of the reasons that
 * `pkits/reasons.json` allows.
 */
export const suite: ConformanceSuite = {
  name: 'pkits',
  needs: [],
  run({ vectors, log }) {
    const folder = folderWith('tests.json', vectors, 'pkits');
    if (folder === undefined) return withoutVectors('pkits', 'a folder with tests.json, certs and crls');
    const kit = readKit(folder);
    const { name, algorithms, anchorIs, extKeyUsage, revocation } = profiles['rfc5280-algorithm'];
    log(`pkits: profile ${name} ${JSON.stringify({ algorithms, anchorIs, extKeyUsage, revocation })}`);
    return tally(
      'pkits',
      kit.tests.map((test) => bothWays(runAlone(test, kit), runPooled(test, kit))),
    );
  },
};

interface PkitsTest {
  readonly id: string;
  readonly certs: readonly string[];
  readonly path: readonly string[];
  readonly crls: readonly string[];
  readonly settings: {
    readonly initialPolicySet: readonly string[];
    readonly explicitPolicy: boolean;
    readonly inhibitPolicyMapping: boolean;
    readonly inhibitAnyPolicy: boolean;
  };
  readonly expected: 'valid' | 'invalid';
}

interface Kit {
  readonly tests: readonly PkitsTest[];
  readonly reasons: Readonly<Record<string, readonly string[]>>;
  readonly now: number;
  readonly certificate: (name: string) => Certificate;
  readonly crl: (name: string) => CertificateList;
  readonly anchor: string;
  /** Everything but leaves. */
  readonly intermediates: readonly Certificate[];
  readonly knowledge: RevocationKnowledge;
}

function readKit(folder: string): Kit {
  const suiteFile = readJson<{
    validationTime: string;
    trustAnchor: string;
    tests: readonly PkitsTest[];
  }>(join(folder, 'tests.json'));
  const reasonsPath = join(folder, 'reasons.json');
  const { reasons } = existsSync(reasonsPath)
    ? readJson<{ reasons: Record<string, readonly string[]> }>(reasonsPath)
    : { reasons: {} };
  const certificate = cached((name) =>
    decoded(decodeCertificate(readFileSync(join(folder, 'certs', name))), name),
  );
  const crl = cached((name) => decoded(decodeCrl(readFileSync(join(folder, 'crls', name))), name));
  const { tests, trustAnchor } = suiteFile;
  const leaves = new Set(tests.map((test) => test.path[0]));
  const others = new Set(tests.flatMap((test) => test.certs).filter((name) => !leaves.has(name)));
  others.delete(trustAnchor);
  return {
    tests,
    reasons,
    now: Date.parse(suiteFile.validationTime),
    certificate,
    crl,
    anchor: trustAnchor,
    intermediates: [...others].map(certificate),
    knowledge: { crls: [...new Set(tests.flatMap((test) => test.crls))].map(crl) },
  };
}

/** One case of the suite: right alone and right in the crowd. */
function bothWays(alone: ConformanceCase, pooled: ConformanceCase): ConformanceCase {
  if (alone.actual === alone.expected && pooled.actual !== pooled.expected) {
    return { ...pooled, actual: `${pooled.actual} (pooled)` };
  }
  return alone;
}

function runAlone(test: PkitsTest, kit: Kit): ConformanceCase {
  const knowledge = { crls: test.crls.map(kit.crl) };
  const others = test.certs
    .filter((name) => name !== kit.anchor && name !== test.path[0])
    .map(kit.certificate);
  return outcome(test.id, test, kit, others, knowledge);
}

function runPooled(test: PkitsTest, kit: Kit): ConformanceCase {
  return outcome(test.id, test, kit, kit.intermediates, kit.knowledge);
}

function outcome(
  id: string,
  test: PkitsTest,
  kit: Kit,
  others: readonly Certificate[],
  revocation: RevocationKnowledge,
): ConformanceCase {
  const judge: Judge = createJudge({
    anchors: anchorSet([{ name: 'pkits', certificate: kit.certificate(kit.anchor) }]),
    revocation,
    policy: policyOf(test),
  });
  const leaf = kit.certificate(test.path[0]!);
  const verdict = judge.judge(
    { certificates: [leaf.der, ...others.map(({ der }) => der)] },
    {
      now: kit.now,
      link: { name: 'pkits', direction: 'outbound', interface: 'pkits', purpose: 'server' },
      identity: { mode: 'inbound' },
      authorise: () => ({ ok: true }),
    },
  );
  if (test.expected === 'valid') return { id, expected: 'valid', actual: said(verdict) };
  const allowed = kit.reasons[test.id];
  const right =
    allowed === undefined ? !verdict.trusted : !verdict.trusted && allowed.includes(verdict.rejection.reason);
  const expected = allowed === undefined ? 'a refusal' : allowed.join(' or ');
  return { id, expected, actual: right ? expected : said(verdict) };
}

function policyOf({ settings }: PkitsTest): TrustPolicy {
  const base = profiles['rfc5280-algorithm'];
  return {
    ...base,
    policies: {
      acceptable: settings.initialPolicySet,
      requireExplicit: settings.explicitPolicy,
      inhibitMapping: settings.inhibitPolicyMapping,
      inhibitAny: settings.inhibitAnyPolicy,
    },
  };
}

function said(verdict: TrustVerdict): string {
  return verdict.trusted ? 'valid' : `${verdict.rejection.reason}: ${verdict.rejection.message}`;
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

function cached<T>(make: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const made = make(name);
    known.set(name, made);
    return made;
  };
}

function decoded<T>(
  result: { ok: true; value: T } | { ok: false; error: { message: string } },
  name: string,
): T {
  if (result.ok) return result.value;
  throw new Error(`expected ${name} to be readable, found: ${result.error.message}`);
}
