import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { allowNames, anchorSet, createJudge, type Judge, partnerRevocation } from '@entente/trust';
import type { Certificate, CertificateList, Signed } from '@entente/x509';
import { type BenchOptions, type BenchOutcome, type BenchSuite, measured } from '../suite.ts';
import { makeCa, makeCrl, makeLeaves } from '../trust/contoso.ts';

/**
 * What a verdict costs beside its signatures, P-256 throughout, revocation under hard-fail, identity and authorisation on.
 * Warm: the issuers are known, each leaf is new to the judge. Cold: a judge that knows nothing meets leaf, two intermediates
 * and three CRLs. Bare: the same signatures by `node:crypto` alone, in rounds that alternate with the verdicts. A chain that
 * nobody has met brings two keys, and no signature can be checked before its key is loaded, which costs OpenSSL as much as
 * the check itself: so the cold verdict has two figures, against checks with loaded keys and against checks that load them.
 */
export const suite: BenchSuite = { name: 'trust', run };

interface Contest {
  done: number;
  seconds: number;
}

function run({ seconds, short, log }: BenchOptions): BenchOutcome {
  const now = Date.now();
  const root = makeCa('Contoso root', now);
  const middle = makeCa('Contoso intermediate CA', now, root);
  const issuing = makeCa('Contoso issuing CA', now, middle);
  const leaves = makeLeaves(issuing, short ? 400 : 4_000, now);
  const crls = [makeCrl(root, 10, now), makeCrl(middle, 10, now), makeCrl(issuing, 1_000, now)] as const;
  const scene = {
    now,
    leaves,
    chain: [issuing.certificate.der, middle.certificate.der],
    root: root.certificate,
    crls,
  };

  const issuers = [issuing, middle, root].map((ca) => ca.certificate);

  const rounds = short ? 2 : 8;
  const each = Math.max(0.1, seconds / rounds);
  const warm: Contest = { done: 0, seconds: 0 };
  const bareWarm: Contest = { done: 0, seconds: 0 };
  const cold: Contest = { done: 0, seconds: 0 };
  const bareCold: Contest = { done: 0, seconds: 0 };
  const bareLoading: Contest = { done: 0, seconds: 0 };
  const contests = [
    () => timed(bareWarm, each, bareLeaves(leaves, issuing.certificate)),
    () => timed(warm, each, warmVerdicts(scene)),
    () => timed(bareCold, each, bareChains(scene, issuers, false)),
    () => timed(bareLoading, each, bareChains(scene, issuers, true)),
    () => timed(cold, each, coldVerdicts(scene)),
  ];
  for (let round = 0; round < rounds; round++) {
    for (const contest of round % 2 === 0 ? contests : [...contests].reverse()) contest();
  }
  const perSecond = ({ done, seconds: spent }: Contest): number => done / spent;
  const micros = ({ done, seconds: spent }: Contest): number => (spent * 1e6) / done;
  log(`verify ${Math.round(perSecond(bareWarm))}/s, warm verdict ${Math.round(perSecond(warm))}/s`);
  log(
    `six signatures ${micros(bareCold).toFixed(0)} µs, ${micros(bareLoading).toFixed(0)} µs with key loading, cold verdict ${micros(cold).toFixed(0)} µs`,
  );
  return {
    results: [
      measured('warm verdict: issuers known, a leaf never seen before', perSecond(warm), '/s', {
        against: { what: 'bare node:crypto verify of the leaf, same run', value: perSecond(bareWarm) },
        aim: { ratioAtLeast: 0.8 },
      }),
      measured('cold verdict: leaf, two intermediates, three CRLs', micros(cold), 'µs', {
        against: {
          what: 'its six signature checks by node:crypto, which load the two new keys, same run',
          value: micros(bareLoading),
        },
        aim: { ratioAtMost: 1.5 },
      }),
      measured('cold verdict, beside checks whose keys are loaded already', micros(cold), 'µs', {
        against: {
          what: 'six signature checks by node:crypto with loaded keys, same run',
          value: micros(bareCold),
        },
      }),
    ],
    invalid: [],
  };
}

/**
 * Repeats `once` for a while and counts the processor's time, not the clock's: what other processes do in between is not the
 * verdict's. The clock is read every 50 times, so that it costs nothing.
 */
function timed(contest: Contest, seconds: number, once: () => void): void {
  for (let warmUp = 0; warmUp < 50; warmUp++) once();
  const before = process.cpuUsage();
  const end = process.hrtime.bigint() + BigInt(Math.round(seconds * 1e9));
  do {
    for (let index = 0; index < 50; index++) once();
    contest.done += 50;
  } while (process.hrtime.bigint() < end);
  const { user, system } = process.cpuUsage(before);
  contest.seconds += (user + system) / 1e6;
}

interface Scene {
  readonly now: number;
  readonly leaves: readonly Certificate[];
  readonly chain: readonly Uint8Array[];
  readonly root: Certificate;
  readonly crls: readonly [CertificateList, CertificateList, CertificateList];
}

function judgeFor(root: Certificate, crls: Scene['crls']): Judge {
  return createJudge({
    anchors: anchorSet([{ name: 'contoso', certificate: root, revocation: partnerRevocation }]),
    revocation: { crls },
  });
}

const authorise = allowNames(['pool1.contoso.example']);

function decide(judge: Judge, { now, chain }: Scene, leaf: Certificate): void {
  const verdict = judge.judge(
    { certificates: [leaf.der, ...chain] },
    {
      now,
      link: { name: 'bench', direction: 'outbound', interface: 'internal', purpose: 'server' },
      identity: { mode: 'host', name: 'pool1.contoso.example' },
      authorise,
    },
  );
  if (!verdict.trusted)
    throw new Error(`expected every leaf of the bench to pass: ${verdict.rejection.message}`);
}

function warmVerdicts(scene: Scene): () => void {
  const judge = judgeFor(scene.root, scene.crls);
  let index = 0;
  return () => decide(judge, scene, scene.leaves[index++ % scene.leaves.length]!);
}

/**
 * A new judge each time, which reads the chain anew and verifies every signature. Anchors and CRLs are what a server has loaded
 * beforehand: decoded, not verified.
 */
function coldVerdicts(scene: Scene): () => void {
  let index = 0;
  return () => decide(judgeFor(scene.root, scene.crls), scene, scene.leaves[index++ % scene.leaves.length]!);
}

function check(signed: Signed, key: KeyObject): void {
  if (!verify('sha256', signed.tbs, key, signed.signature))
    throw new Error('expected a signature that verifies');
}

function keyOf(certificate: Certificate): KeyObject {
  return createPublicKey({ key: Buffer.from(certificate.publicKey.der), format: 'der', type: 'spki' });
}

function bareLeaves(leaves: readonly Certificate[], issuer: Certificate): () => void {
  const key = keyOf(issuer);
  let index = 0;
  return () => check(leaves[index++ % leaves.length]!, key);
}

function bareChains({ leaves, crls }: Scene, issuers: readonly Certificate[], loading: boolean): () => void {
  const loaded = issuers.map(keyOf);
  const [ofRoot, ofMiddle, ofIssuing] = crls;
  let index = 0;
  return () => {
    const [issuing, middle] = (loading ? issuers.slice(0, 2).map(keyOf) : loaded) as [KeyObject, KeyObject];
    const root = loaded[2]!;
    check(leaves[index++ % leaves.length]!, issuing);
    check(issuers[0]!, middle);
    check(issuers[1]!, root);
    check(ofIssuing, issuing);
    check(ofMiddle, middle);
    check(ofRoot, root);
  };
}
