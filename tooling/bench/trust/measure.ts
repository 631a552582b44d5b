import { createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import {
  type AnchorSet,
  allowNames,
  anchorSet,
  createJudge,
  type Judge,
  partnerRevocation,
  type RevocationKnowledge,
} from '@entente/trust';
import type { Certificate, CertificateList, Signed } from '@entente/x509';
import {
  type Made,
  makeCa,
  makeLeaf,
  makeRoot,
  now,
} from '../../../packages/trust/test/making/certificates.ts';
import { makeCrl } from '../../../packages/trust/test/making/crls.ts';
import { obey } from '../process/obey.ts';
import { microsInTurns } from '../turns.ts';

/** How long to measure. */
export interface MeasureOrder {
  readonly seconds: number;
  readonly short: boolean;
}

/** Processor time of one go, microseconds. */
export interface Measured {
  /** One signature check by `node:crypto`, and a verdict on a leaf of a known issuer. */
  readonly bareWarm: number;
  readonly warm: number;
  /** Six checks with loaded keys, the same with two keys to load, and a verdict of a judge that knows nothing. */
  readonly bareCold: number;
  readonly bareLoading: number;
  readonly cold: number;
}

obey(({ seconds, short }: MeasureOrder): Measured => {
  const root = makeRoot('Contoso root');
  const middle = makeCa(root, 'Contoso intermediate CA');
  const issuing = makeCa(middle, 'Contoso issuing CA');
  // More than a judge keeps, one after the other: none of them is known when it comes again.
  const leaves = leavesOf(issuing, short ? 1_200 : 4_000);
  const crls = [listOf(root, 10), listOf(middle, 10), listOf(issuing, 1_000)] as const;
  const scene: Scene = {
    leaves,
    chain: [issuing.der, middle.der],
    crls,
    anchors: anchorSet([{ name: 'contoso', certificate: root.certificate, revocation: partnerRevocation }]),
    knowledge: { crls },
  };
  const issuers = [issuing, middle, root].map((ca) => ca.certificate);
  return microsInTurns(
    {
      bareWarm: bareLeaves(leaves, issuing.certificate),
      warm: warmVerdicts(scene),
      bareCold: bareChains(scene, issuers, false),
      bareLoading: bareChains(scene, issuers, true),
      cold: coldVerdicts(scene),
    },
    {
      seconds: short ? 0.2 : Math.max(0.5, seconds),
      sliceMs: 50,
      share: 0.25,
      warmSeconds: short ? 0.1 : 2,
    },
  );
});

interface Scene {
  readonly leaves: readonly Certificate[];
  readonly chain: readonly Uint8Array[];
  readonly crls: readonly [CertificateList, CertificateList, CertificateList];
  readonly anchors: AnchorSet;
  readonly knowledge: RevocationKnowledge;
}

/** Leaves as servers of the network have them; one key serves all, for keys are not what is measured. */
function leavesOf(issuer: Made, count: number): readonly Certificate[] {
  const keyOf = { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey };
  return Array.from({ length: count }, (_, index) => {
    const hosts = [`fe${index}.contoso.example`, 'pool1.contoso.example'];
    const names = [...hosts, ...hosts.map((host) => ({ uri: `sip:${host}` }))];
    return makeLeaf(issuer, names, { keyOf }).certificate;
  });
}

/** A current CRL of a CA. */
function listOf(issuer: Made, length: number): CertificateList {
  const revoked = Array.from({ length }, () => ({ certificate: makeLeaf(issuer, [], { keyOf: issuer }) }));
  return makeCrl({ issuer, revoked, thisUpdate: now - 3_600_000 });
}

function judgeFor({ anchors, knowledge }: Scene): Judge {
  return createJudge({ anchors, revocation: knowledge });
}

const authorise = allowNames(['pool1.contoso.example']);

function decide(judge: Judge, { chain }: Scene, leaf: Certificate): void {
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
  const judge = judgeFor(scene);
  let index = 0;
  return () => decide(judge, scene, scene.leaves[index++ % scene.leaves.length]!);
}

/**
 * A new judge each time, which reads the chain again and verifies every signature. Anchors and CRLs are what a server has loaded
 * beforehand: decoded, not verified.
 */
function coldVerdicts(scene: Scene): () => void {
  let index = 0;
  return () => decide(judgeFor(scene), scene, scene.leaves[index++ % scene.leaves.length]!);
}

function check(signed: Signed, key: KeyObject): void {
  if (!verify('sha256', signed.tbs, key, signed.signature))
    throw new Error('expected a signature that verifies');
}

function keyOf(certificate: Certificate): KeyObject {
  return createPublicKey({ key: Buffer.from(certificate.publicKey.der), format: 'der', type: 'spki' });
}

/** What it takes to load the key of a certificate the quickest way; everything but the loading is done beforehand. */
function loaderOf(certificate: Certificate): () => KeyObject {
  const key = keyOf(certificate).export({ format: 'jwk' });
  return () => createPublicKey({ key, format: 'jwk' });
}

function bareLeaves(leaves: readonly Certificate[], issuer: Certificate): () => void {
  const key = keyOf(issuer);
  let index = 0;
  return () => check(leaves[index++ % leaves.length]!, key);
}

function bareChains({ leaves, crls }: Scene, issuers: readonly Certificate[], loading: boolean): () => void {
  const loaded = issuers.map(keyOf);
  const loaders = issuers.map(loaderOf);
  const [ofRoot, ofMiddle, ofIssuing] = crls;
  let index = 0;
  return () => {
    const [issuing, middle] = (loading ? [loaders[0]!(), loaders[1]!()] : loaded) as [KeyObject, KeyObject];
    const root = loaded[2]!;
    check(leaves[index++ % leaves.length]!, issuing);
    check(issuers[0]!, middle);
    check(issuers[1]!, root);
    check(ofIssuing, issuing);
    check(ofMiddle, middle);
    check(ofRoot, root);
  };
}
