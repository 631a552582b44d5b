import { createTestAuthority } from '@entente/testkit';
import { administrators, contoso, now } from '@entente/testkit/topology';
import {
  buildTopology,
  checkDocument,
  checkShape,
  diffTopologies,
  type EnterpriseAnchorReference,
  enterpriseRoots,
  signTopology,
  strongestEffect,
  type TopologyDocument,
  topologyHash,
  verifyTopology,
} from '@entente/topology';
import { beforeAll, describe, expect, it } from 'vitest';
import { ownRoot, referenceTo } from './fixtures/own-roots.ts';

type Reference = EnterpriseAnchorReference;

/** A document that lists these roots as ours. */
function listing(...enterprise: Reference[]): TopologyDocument {
  return { ...contoso, anchors: { ...contoso.anchors, enterprise } };
}
const problemsOf = (document: TopologyDocument) =>
  checkDocument(document)
    .filter(({ path }) => path[1] === 'enterprise')
    .map(({ code, path }) => [code, ...path.slice(2)]);

describe('our own roots in a topology', () => {
  let one: Reference & { certificate: string };
  let two: Reference & { certificate: string };
  beforeAll(async () => {
    [one, two] = [await ownRoot('root 1'), await ownRoot('root 2')];
  });

  it('are exactly the listed ones, with their stages; without a stage a root is active', () => {
    const document = listing({ ...one, stage: 'tainted' }, two);
    expect(problemsOf(document)).toEqual([]);
    const found = enterpriseRoots(buildTopology(document));
    expect(found?.map(({ name, stage }) => [name, stage])).toEqual([
      ['root 1', 'tainted'],
      ['root 2', 'active'],
    ]);
    expect(found?.map(({ certificate }) => Buffer.from(certificate).toString('base64'))).toEqual([
      one.certificate,
      two.certificate,
    ]);
  });

  it('are those of joining where the topology lists none, or only fingerprints as earlier releases allowed', () => {
    expect(enterpriseRoots(buildTopology(contoso))).toBeUndefined();
    const { certificate: _, ...fingerprint } = one;
    expect(enterpriseRoots(buildTopology(listing(fingerprint, two)))).toBeUndefined();
  });

  it('each need the certificate of a root', async () => {
    const { certificate: _, ...fingerprint } = two;
    const authority = await createTestAuthority('root 3');
    const below = await authority.subordinate('issuing');
    const leaf = await authority.issue({ dnsNames: ['fe1.contoso.example'] });
    expect(problemsOf(listing(one, fingerprint))).toEqual([['root-unusable', 1, 'name']]);
    expect(problemsOf(listing(one, { ...two, sha256: 'ab'.repeat(32) }))).toEqual([
      ['fingerprint-mismatch', 1, 'certificate'],
    ]);
    for (const pem of [below.certificatePem, leaf.certificatePem])
      expect(problemsOf(listing(one, referenceTo('other', pem)))).toEqual([
        ['root-unusable', 1, 'certificate'],
      ]);
  });

  it('are named once, by name and by fingerprint', () => {
    expect(problemsOf(listing(one, { ...one, name: 'again' }))).toEqual([['duplicate-id', 1, 'sha256']]);
    expect(problemsOf(listing(one, { ...two, name: one.name }))).toEqual([['duplicate-id', 1, 'name']]);
  });

  it('have one among them that is active', () => {
    for (const stage of ['prepared', 'tainted'] as const)
      expect(problemsOf(listing({ ...one, stage }, { ...two, stage: 'tainted' }))).toEqual([
        ['no-active-root'],
      ]);
  });

  it('alone have stages, and no others than these', () => {
    const shape = (enterprise: object, federation: object) =>
      checkShape({ ...contoso, anchors: { enterprise: [enterprise], federation: [federation] } }).ok;
    expect(shape({ ...one, stage: 'prepared' }, two)).toBe(true);
    expect(shape({ ...one, stage: 'retired' }, two)).toBe(false);
    expect(shape(one, { ...two, stage: 'active' })).toBe(false);
  });

  it.each<[string, () => TopologyDocument, () => TopologyDocument]>([
    ['is listed for the first time', () => contoso, () => listing(one)],
    ['is added', () => listing(one), () => listing(one, { ...two, stage: 'prepared' })],
    ['is activated', () => listing(one, { ...two, stage: 'prepared' }), () => listing(one, two)],
    ['is tainted', () => listing(one, two), () => listing({ ...one, stage: 'tainted' }, two)],
    ['is retired', () => listing({ ...one, stage: 'tainted' }, two), () => listing(two)],
    ['is no longer listed, and no other', () => listing(one), () => contoso],
  ])('need the quorum where one %s: one administrator cannot do it', (_, before, after) => {
    const known = before();
    const document = {
      ...after(),
      version: 2,
      previous: topologyHash(known),
      issued: '2026-02-28T12:00:00Z',
    };
    expect(strongestEffect(diffTopologies(known, document))).toBe('quorum');
    const [first, second] = administrators;
    const by = (...signers: (typeof first)[]) =>
      verifyTopology(
        signTopology(
          document,
          signers.map(({ signer }) => signer),
        ),
        { known: { document: known }, now },
      );
    expect(by(first)).toMatchObject({ accepted: false, refusal: { reason: 'under-signed' } });
    expect(by(first, second)).toMatchObject({ accepted: true });
  });
});
