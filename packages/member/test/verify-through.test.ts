import {
  addSignature,
  administratorSetHash,
  encodeSignedTopology,
  type TopologyDocument,
} from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { type Known, verifyThrough } from '../src/follow/verify-through.ts';
import { administrator, firstDocument, nextDocument, signed } from './sample-domain.ts';

const alice = administrator('alice');
const bob = administrator('bob');
const first = firstDocument([alice.entry]);
const second = nextDocument(first, { administrators: { required: 1, keys: [bob.entry] } });
const third = nextDocument(second, { title: 'third' });
/** Each version as it is published: a change of administrators is signed by the old ones and the new ones. */
const published = new Map([
  [1, signed(first, alice.signer)],
  [2, signed(second, alice.signer, bob.signer)],
  [3, signed(third, bob.signer)],
]);

const verify = async (newest: number, known: Known, versions = published) => {
  const asked: number[] = [];
  const result = await verifyThrough(versions.get(newest) ?? '', {
    known,
    now: () => Date.now(),
    async fetchVersion(version) {
      asked.push(version);
      return versions.get(version);
    },
  });
  const outcome = result.accepted ? result.topology.document.version : result.refusal.reason;
  return { outcome, asked, refusal: result.accepted ? undefined : result.refusal };
};
const named = ({ administrators }: TopologyDocument): Known => ({
  administratorSetHash: administratorSetHash(administrators),
});
const without = (version: number) => new Map([...published].filter(([one]) => one !== version));

describe('the newest topology', () => {
  it('is verified against the one in force, and nothing else is fetched, where it is the next one', async () => {
    expect(await verify(1, { document: first })).toMatchObject({ outcome: 1, asked: [] });
    expect(await verify(2, { document: first })).toMatchObject({ outcome: 2, asked: [] });
  });

  it('is verified through every version that was missed, each by the administrators of the one before', async () => {
    expect(await verify(3, { document: first })).toMatchObject({ outcome: 3, asked: [2] });
    const forged = new Map(published).set(2, signed(second, bob.signer));
    expect(await verify(3, { document: first }, forged)).toMatchObject({
      outcome: 'under-signed',
      asked: [2],
    });
  });

  it('is verified through a version that this release would refuse, but not taken itself where it is one', async () => {
    const throttle = { messagesPerSecond: 5 };
    const promising = nextDocument(first, { policies: { federation: { throttle } } });
    const newest = nextDocument(promising, { policies: {} });
    const versions = new Map([
      // As an earlier release signed it: this one would not.
      [2, encodeSignedTopology(addSignature({ document: promising, signatures: [] }, alice.signer))],
      [3, signed(newest, alice.signer)],
    ]);
    expect(await verify(3, { document: first }, versions)).toMatchObject({ outcome: 3, asked: [2] });
    expect(await verify(2, { document: first }, versions)).toMatchObject({ outcome: 'invalid', asked: [] });
  });

  it('is refused where it, or a version in between, has a field of a later release, and the remedy is to update', async () => {
    const later = nextDocument(first, { policies: { presence: { watchers: 5 } } } as never);
    const newest = nextDocument(later, { policies: {} });
    const versions = new Map([
      [2, encodeSignedTopology(addSignature({ document: later, signatures: [] }, alice.signer))],
      [3, signed(newest, alice.signer)],
    ]);
    const remedy = expect.stringMatching(/^Update this server/);
    expect(await verify(2, { document: first }, versions)).toMatchObject({
      asked: [],
      refusal: { reason: 'malformed', remedy, message: expect.stringMatching(/^Version 2 .*"presence"/) },
    });
    // Whether its changes had the signatures that they need cannot be told: what follows it is not believed either.
    expect(await verify(3, { document: first }, versions)).toMatchObject({
      asked: [2],
      refusal: {
        reason: 'malformed',
        remedy,
        message: expect.stringMatching(/^Version 2 .*"presence".*, and version 3 follows it/),
      },
    });
  });

  it('is refused where a version in between cannot be had', async () => {
    expect(await verify(3, { document: first }, without(2))).toMatchObject({
      outcome: 'version-gap',
      asked: [2],
    });
  });

  it('is the first of a member where the administrators of its join token have signed it, or a version before it', async () => {
    expect(await verify(3, named(second))).toMatchObject({ outcome: 3, asked: [] });
    expect(await verify(3, named(first))).toMatchObject({ outcome: 3, asked: [1, 2] });
    const foreign = firstDocument([administrator('carol').entry]);
    expect((await verify(3, named(foreign))).outcome).toBe('wrong-administrators');
  });

  it('is refused without a single question where it claims to be far ahead', async () => {
    const ahead = new Map([[1_002, signed({ ...third, version: 1_003 }, bob.signer)]]);
    expect(await verify(1_002, { document: first }, ahead)).toMatchObject({
      outcome: 'version-gap',
      asked: [],
    });
  });
});
