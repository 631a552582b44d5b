import { createTestAuthority } from '@entente/testkit';
import { faultOf } from '@entente/testkit/fault';
import { certificateStatus, createJudge, explain, renderExplain } from '@entente/trust';
import {
  anchorsFrom,
  createIssuerFetcher,
  createRevocationFetcher,
  crlsFrom,
  systemAnchors,
} from '@entente/trust/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { anchor } from './making/asking.ts';
import { makeRoot, now } from './making/certificates.ts';

/** What callers without a compiler pass. */
const given = (value: unknown) => value as never;
const others = [undefined, null, 'text', 7, [], {}] as const;

let pem: string;
beforeAll(async () => {
  pem = (await createTestAuthority('Contoso Root')).certificatePem;
});

describe('a store of anchors or lists', () => {
  it('is not opened where an option is misspelt: a limit would limit nothing', async () => {
    for (const [call, place] of [
      [
        () => anchorsFrom({ pem }, given({ limts: { domains: ['contoso.example'] } })),
        'limts of anchorsFrom',
      ],
      [() => systemAnchors(given({ limit: {} })), 'limit of systemAnchors'],
      [() => crlsFrom({ pem: '' }, given({ wach: false })), 'wach of crlsFrom'],
    ] as const)
      expect(await faultOf(call)).toMatchObject({ code: 'ENTENTE_BAD_STORE_OPTION', place });
  });

  it('is not opened where an option is of another kind', async () => {
    for (const options of [
      { serverAuthSuffices: 'false' },
      { issuersFrom: '*' },
      { watch: 'false' },
      { intervalMs: '1000' },
      { onFault: 'log' },
    ])
      expect(await faultOf(() => anchorsFrom({ pem }, given(options)))).toMatchObject({
        code: 'ENTENTE_BAD_STORE_OPTION',
        place: `${Object.keys(options)[0]} of anchorsFrom`,
      });
  });

  it('is not opened with limits or a revocation policy that there are not, before a judge has it', async () => {
    for (const [settings, place] of [
      [{ limits: { domain: ['contoso.example'] } }, 'limits.domain of the anchor '],
      [{ limits: { toString: ['contoso.example'] } }, 'limits.toString of the anchor '],
      [{ limits: { maxDepth: '0' } }, 'limits.maxDepth of the anchor '],
      [{ limits: { domains: 'contoso.example' } }, 'limits.domains of the anchor '],
      [{ limits: null }, 'limits of the anchor '],
      [{ limits: 7 }, 'limits of the anchor '],
      [{ limits: ['contoso.example'] }, 'limits of the anchor '],
      [{ revocation: 'hard-fail' }, 'revocation of the anchor '],
      [{ revocation: { mode: 'grace' } }, 'revocation of the anchor '],
    ] as const)
      for (const open of [() => anchorsFrom({ pem }, given(settings)), () => systemAnchors(given(settings))])
        expect(await faultOf(open)).toMatchObject({
          code: 'ENTENTE_BAD_ANCHOR_LIMIT',
          place: expect.stringContaining(place),
        });
    class Limits {
      domains = Object.freeze(['contoso.example']);
      maxDepth = undefined;
    }
    const limits = Object.freeze(new Limits());
    const withoutPrototype = Object.assign(Object.create(null) as object, { ...limits });
    for (const one of [limits, withoutPrototype])
      expect((await anchorsFrom({ pem }, given({ limits: one }))).current.anchors[0]?.limits).toBe(one);
  });

  it.each([undefined, null, '', 7, [], {}, { pem: 7 }])('is not opened at %o', async (location) => {
    for (const open of [anchorsFrom, crlsFrom])
      expect(await faultOf(() => open(given(location)))).toMatchObject({
        code: 'ENTENTE_BAD_STORE_OPTION',
        place: `location of ${open.name}`,
      });
  });
});

describe('a fetcher', () => {
  it('is not made where an option is misspelt or of another kind', async () => {
    for (const [options, place] of [
      [undefined, 'options of createRevocationFetcher'],
      [{}, 'hosts of createRevocationFetcher'],
      [{ hosts: 'crl.contoso.example' }, 'hosts of createRevocationFetcher'],
      [{ hosts: ['*'], privatHosts: [] }, 'privatHosts of createRevocationFetcher'],
      [{ hosts: ['*'], maxCrlBytes: '1024' }, 'maxCrlBytes of createRevocationFetcher'],
      [{ hosts: ['*'], timeoutMs: Number.NaN }, 'timeoutMs of createRevocationFetcher'],
      [{ hosts: ['*'], refresh: 'false' }, 'refresh of createRevocationFetcher'],
    ] as const)
      expect(await faultOf(() => createRevocationFetcher(given(options)))).toMatchObject({
        code: 'ENTENTE_BAD_STORE_OPTION',
        place,
      });
    expect(await faultOf(() => createIssuerFetcher(given({ maxPerMinut: 1 })))).toMatchObject({
      code: 'ENTENTE_BAD_STORE_OPTION',
      place: 'maxPerMinut of createIssuerFetcher',
    });
  });

  it('may be made with the options of the other one', () => {
    expect(createIssuerFetcher(given({ hosts: ['*'], maxPerChain: 8 })).current).toEqual([]);
  });
});

describe('an anchor of a judge', () => {
  it('has no yes or no that is a text', () => {
    const one = { ...anchor(makeRoot('Contoso root')), serverAuthSuffices: given('false') };
    expect(() => createJudge({ anchors: { anchors: [one] } })).toThrow(
      expect.objectContaining({ code: 'ENTENTE_BAD_ANCHOR_LIMIT' }),
    );
  });
});

describe('explain', () => {
  it.each([
    ...others,
    { trusted: true },
    { trusted: 'true' },
    { trusted: false, rejection: { reason: 'no-such-reason' }, considered: [], evidence: [] },
    Promise.resolve(),
  ])('explains no %o', async (verdict) => {
    expect(await faultOf(() => explain(given(verdict)))).toMatchObject({
      code: 'ENTENTE_BAD_VERDICT',
      place: 'verdict of explain',
    });
  });

  it('gives a tree, and nothing else is rendered', async () => {
    const tree = { trusted: true, title: 'trusted', stages: [] } as const;
    for (const other of others)
      expect(await faultOf(() => renderExplain(given(other), { colour: false }))).toMatchObject({
        code: 'ENTENTE_BAD_VERDICT',
        place: 'tree of renderExplain',
      });
    for (const other of [undefined, null, 'text', 7, { color: true }, { colour: 'false' }])
      expect(await faultOf(() => renderExplain(tree, given(other)))).toMatchObject({
        code: 'ENTENTE_BAD_VERDICT',
        place: 'options of renderExplain',
      });
  });
});

describe('certificateStatus', () => {
  it('answers no question of which something is missing or misspelt', async () => {
    const { certificate } = anchor(makeRoot('Contoso root'));
    const whole = { certificate, issuers: [certificate], now, knowledge: { crls: [] } };
    for (const question of [
      ...others,
      { ...whole, knowledge: undefined },
      { ...whole, knowledge: [] },
      { ...whole, issuers: [] },
      { ...whole, issuer: certificate },
      { ...whole, stapled: new Uint8Array() },
      { ...whole, freshnes: 'hard-fail' },
    ])
      expect(await faultOf(() => certificateStatus(given(question)))).toMatchObject({
        code: 'ENTENTE_BAD_QUESTION',
      });
  });
});
