import { ofAnotherRealm } from '@entente/testkit/realm';
import {
  allowNames,
  anchorSet,
  certificateStatus,
  createJudge,
  profiles,
  type Question,
} from '@entente/trust';
import { describe, expect, it } from 'vitest';
import { anchor, anyone, ask, judgeOf, link, outcome } from './making/asking.ts';
import { makeLeaf, makeRoot, now } from './making/certificates.ts';

// Callers in JavaScript have no compiler that finds it.
const root = makeRoot('root');
const leaf = makeLeaf(root, ['fe1.contoso.example']);
const judge = judgeOf([anchor(root)]);
const good = { now, link, identity: { mode: 'inbound' }, authorise: anyone };
const chain = { certificates: [leaf.der] };
const asked = (changes: object, presented: unknown = chain) => {
  const question = { ...good, ...changes } as unknown as Question;
  return () => judge.judge(presented as typeof chain, question);
};
const fault = (code: string, place: string) =>
  expect.objectContaining({
    name: 'TrustFault',
    code,
    place,
    sentence: expect.stringMatching(/^expected .*, found /),
    remedy: expect.stringMatching(/\S/),
  });

describe('a question', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, undefined, null, '2026-01-01', new Date(now), BigInt(now)])(
    'with the time %s gets no verdict',
    (time) => {
      expect(asked({ now: time })).toThrow(fault('ENTENTE_BAD_QUESTION', 'question.now'));
    },
  );

  it.each([
    ['purpose', 'Server'],
    ['purpose', undefined],
    ['direction', 'in'],
    ['interface', undefined],
    ['name', 7],
  ])('about a link whose %s is %s gets no verdict', (name, value) => {
    expect(asked({ link: { ...link, [name]: value } })).toThrow(
      fault('ENTENTE_BAD_QUESTION', `question.link.${name}`),
    );
  });

  it.each([
    ['question.link', { link: undefined }],
    ['question.identity', { identity: undefined }],
    ['question.identity.mode', { identity: { mode: 'Host', name: 'fe1.contoso.example' } }],
    ['question.identity.name', { identity: { mode: 'host' } }],
    ['question.identity.name', { identity: { mode: 'https', name: 1 } }],
    ['question.identity.domain', { identity: { mode: 'sip-domain', name: 'contoso.example' } }],
    ['question.identity.allowed', { identity: { mode: 'service', allowed: 'fe1.contoso.example' } }],
    ['question.authorise', { authorise: undefined }],
    ['question.dane', { dane: { host: 'fe1.contoso.example' } }],
    [
      'question.dane.records',
      {
        dane: {
          host: 'fe1.contoso.example',
          records: [{ certUsage: 3, selector: 1, match: 1, data: new ArrayBuffer(32) }],
        },
      },
    ],
    ['tlsa of question', { tlsa: { host: 'fe1.contoso.example', records: [] } }],
  ])('with another %s than there is gets no verdict', (place, changes) => {
    expect(asked(changes)).toThrow(fault('ENTENTE_BAD_QUESTION', place));
  });

  it.each([
    ['presented', undefined],
    ['presented', [leaf.der]],
    ['presented.certificates', { certificates: ['-----BEGIN CERTIFICATE-----'] }],
    ['presented.stapledOcsp', { ...chain, stapledOcsp: 'x' }],
  ])('about no chain (%s) gets no verdict', (place, presented) => {
    expect(asked({}, presented ?? null)).toThrow(fault('ENTENTE_BAD_QUESTION', place));
  });

  it('about octets of another realm gets the same verdict', () => {
    const presented = { certificates: [ofAnotherRealm(leaf.der)] };
    expect(outcome(judge.judge(presented, good as Question))).toBe('trusted');
  });

  it.each([{ ok: 'no' }, { ok: 1 }, true, undefined, { ok: false }, Promise.resolve({ ok: true })])(
    'whose authorise answers %o admits nobody',
    (answer) => {
      expect(asked({ authorise: () => answer })).toThrow(fault('ENTENTE_BAD_QUESTION', 'question.authorise'));
    },
  );

  it('about the revocation of one certificate needs a time and a freshness', () => {
    const { certificate } = leaf;
    const status = { certificate, issuers: [root.certificate], now, knowledge: { crls: [] } } as const;
    expect(() => certificateStatus({ ...status, now: Number.NaN })).toThrow(
      fault('ENTENTE_BAD_QUESTION', 'question.now'),
    );
    const freshness = { mode: 'grace', graceMs: Number.NaN } as const;
    expect(() => certificateStatus({ ...status, freshness })).toThrow(
      fault('ENTENTE_BAD_QUESTION', 'question.freshness'),
    );
  });
});

describe('a judge', () => {
  const anchors = anchorSet([anchor(root)]);
  const created = (options: unknown) => () => createJudge(options as Parameters<typeof createJudge>[0]);

  it.each([
    ['options of createJudge', undefined],
    ['latestsigned of createJudge', { anchors, latestsigned: () => now }],
    ['anchors of createJudge', {}],
    ['anchors', { anchors: { anchors: 'all' } }],
    ['anchors', { anchors: { anchors: [root.certificate] } }],
    ['revocation of createJudge', { anchors, revocation: [] }],
    ['intermediates of createJudge', { anchors, intermediates: 'none' }],
    ['policies[0] of createJudge', { anchors, policies: [() => undefined] }],
    ['latestSigned of createJudge', { anchors, latestSigned: now }],
    ['policy of createJudge', { anchors, policy: 'entente' }],
  ])('is not made where %s is of another kind', (place, options) => {
    expect(created(options)).toThrow(fault('ENTENTE_BAD_JUDGE_OPTION', place));
  });

  const { entente } = profiles;
  it.each([
    ['policy.leafKeyusage of createJudge', { ...entente, leafKeyusage: true }],
    ['policy.anchorIs of createJudge', { ...entente, anchorIs: 'Certificate' }],
    [
      'policy.extKeyUsage.mode of createJudge',
      { ...entente, extKeyUsage: { mode: 'Required', anyInLeaf: false } },
    ],
    ['policy.leafKeyUsage of createJudge', { ...entente, leafKeyUsage: undefined }],
    [
      'policy.algorithms.minRsaBits of createJudge',
      { ...entente, algorithms: { ...entente.algorithms, minRsaBits: Number.NaN } },
    ],
    ['policy.certificateRules of createJudge', { ...entente, certificateRules: ['toString'] }],
    [
      'policy.revocation.fallback of createJudge',
      { ...entente, revocation: { ...entente.revocation, fallback: { mode: 'no' } } },
    ],
    ['policy.budget of createJudge', { ...entente, budget: undefined }],
  ])('is not made where %s is misspelt, missing or no number', (place, policy) => {
    expect(created({ anchors, policy })).toThrow(fault('ENTENTE_BAD_JUDGE_OPTION', place));
  });

  it.each(Object.entries(profiles))('is made with the profile %s', (_, policy) => {
    expect(created({ anchors, policy })).not.toThrow();
  });

  it('refuses anchors that come later and are none', () => {
    const later = createJudge({ anchors: () => undefined as never });
    expect(() => ask(later, [leaf])).toThrow(fault('ENTENTE_BAD_JUDGE_OPTION', 'anchors'));
  });

  it('gets no anchor set of something else', () => {
    expect(() => anchorSet(undefined as never)).toThrow(fault('ENTENTE_BAD_JUDGE_OPTION', 'anchors'));
  });

  it('takes everything that the types allow', () => {
    expect(outcome(ask(judge, [leaf]))).toBe('trusted');
  });
});

describe('an allow list', () => {
  it.each([undefined, 'fe1.contoso.example', [1]])('is not made of %o', (names) => {
    expect(() => allowNames(names as never)).toThrow(fault('ENTENTE_BAD_ALLOW_LIST', 'allow list'));
  });
});
