import { examineRootRequest, type RootRequest, spkiHash, verifyRootAnswer } from '@entente/pki';
import type { IssuerStore } from '@entente/pki/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectsUrl } from './authority.ts';
import { domain, half, startVisit, type Visit } from './root-visit.ts';

describe('what is for another root of the same domain', () => {
  let ours: Visit;
  let theirs: Visit;
  let store: IssuerStore;
  let request: RootRequest;
  beforeAll(async () => {
    [ours, theirs] = [await startVisit(), await startVisit()];
    store = await ours.store();
    request = await ours.request(store);
  });
  afterAll(async () => {
    await ours.remove();
    await theirs.remove();
  });

  /** Two roots of a domain may have one name. */
  const nameOf = ({ root: { certificate } }: Visit): string =>
    `${certificate.subject.toString()} (certificate ${spkiHash(certificate.der).slice(0, 16)}…)`;

  it('is refused with the names of both roots, by the root and by the authority', async () => {
    expect(examineRootRequest(request, { root: theirs.root.certificate, now: half })).toMatchObject({
      refusal: {
        reason: 'another-root',
        message: `this is ${nameOf(theirs)}, and the request is for ${nameOf(ours)}, both of ${domain}`,
        remedy: expect.stringContaining('each root of a domain has a request of its own'),
      },
    });
    const answer = await theirs.answer(await theirs.request(await theirs.store()));
    expect(verifyRootAnswer(answer, await store.knowledge(domain, objectsUrl, half))).toMatchObject({
      refusal: {
        reason: 'another-root',
        message: `expected an answer of ${nameOf(ours)}, found one of ${nameOf(theirs)}, both of ${domain}`,
      },
    });
  });

  it('is named by the hash of its certificate alone where its list cannot be read', () => {
    const unread = { ...request, list: Buffer.from('none') };
    expect(examineRootRequest(unread, { root: theirs.root.certificate, now: half })).toMatchObject({
      refusal: {
        reason: 'another-root',
        message: expect.stringContaining(
          `the request is for a root (certificate ${request.root.slice(0, 16)}…)`,
        ),
      },
    });
  });
});
