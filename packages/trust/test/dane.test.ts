import { createHash } from 'node:crypto';
import { explain, renderExplain, type TlsaRecord } from '@entente/trust';
import { describe, expect, it } from 'vitest';
import { anchor, ask, judgeOf, outcome } from './making/asking.ts';
import { type Made, makeCa, makeLeaf, makeRoot } from './making/certificates.ts';

const root = makeRoot('root');
const ca = makeCa(root, 'issuing CA');
const host = 'edge1.fabrikam.example';
const leaf = makeLeaf(ca, [host]);
const other = makeLeaf(ca, [host]);
const judge = judgeOf([anchor(root)]);
const https = { mode: 'https', name: host } as const;

function record(usage: number, selector: number, matching: number, of: Made): TlsaRecord {
  const selected = selector === 0 ? of.der : Buffer.from(of.certificate.publicKey.der);
  const digest = ['', 'sha256', 'sha512'][matching] ?? '';
  return {
    usage,
    selector,
    matching,
    data: digest === '' ? selected : createHash(digest).update(selected).digest(),
  };
}

const under = (...records: readonly TlsaRecord[]) =>
  ask(judge, [leaf, ca], { identity: https, dane: { host, records } });

const forms = [0, 1].flatMap((selector) => [0, 1, 2].map((matching) => [selector, matching] as const));

describe('TLSA records', () => {
  it.each(forms)(
    'of the leaf hold for usages 1 and 3: selector %i, matching type %i',
    (selector, matching) => {
      for (const usage of [1, 3]) {
        expect(outcome(under(record(usage, selector, matching, leaf)))).toBe('trusted');
        expect(outcome(under(record(usage, selector, matching, other)))).toBe('dane-mismatch');
        expect(outcome(under(record(usage, selector, matching, ca)))).toBe('dane-mismatch');
      }
    },
  );

  it.each(forms)(
    'of an authority hold for usages 0 and 2: selector %i, matching type %i',
    (selector, matching) => {
      for (const usage of [0, 2]) {
        expect(outcome(under(record(usage, selector, matching, ca)))).toBe('trusted');
        expect(outcome(under(record(usage, selector, matching, root)))).toBe('trusted');
        expect(outcome(under(record(usage, selector, matching, leaf)))).toBe('dane-mismatch');
        expect(outcome(under(record(usage, selector, matching, makeCa(root, 'issuing CA'))))).toBe(
          'dane-mismatch',
        );
      }
    },
  );

  it('are enough where one of them fits', () => {
    expect(outcome(under(record(3, 1, 1, other), record(3, 1, 1, leaf)))).toBe('trusted');
  });

  it('that cannot be used are as if there were none; beside one that can they count for nothing', () => {
    const good = record(3, 1, 1, leaf);
    const unusable: readonly TlsaRecord[] = [
      { ...good, usage: 4 },
      { ...good, usage: 255 },
      { ...good, selector: 2 },
      { ...good, matching: 3 },
      { ...good, data: good.data.subarray(1) },
      { ...good, matching: 0, data: new Uint8Array() },
    ];
    for (const one of unusable) {
      expect(outcome(under(one))).toBe('trusted');
      expect(outcome(under(one, record(3, 1, 1, other)))).toBe('dane-mismatch');
    }
    expect(outcome(under())).toBe('trusted');
  });

  it('of the stronger digest displace those of the weaker one', () => {
    expect(outcome(under(record(3, 1, 1, leaf), record(3, 1, 2, other)))).toBe('dane-mismatch');
    expect(outcome(under(record(3, 1, 1, leaf), record(3, 0, 2, other)))).toBe('trusted');
    expect(outcome(under(record(3, 1, 0, leaf), record(3, 1, 2, other)))).toBe('trusted');
  });

  it('only refuse: a name that is not in the certificate and an unknown issuer stay refused', () => {
    const dane = { host, records: [record(3, 1, 1, leaf)] };
    const elsewhere = { mode: 'https', name: 'www.fabrikam.example' } as const;
    expect(outcome(ask(judge, [leaf, ca], { identity: elsewhere, dane }))).toBe('name-mismatch');
    expect(outcome(ask(judgeOf([anchor(makeRoot('other'))]), [leaf, ca], { dane }))).toBe('unknown-issuer');
  });

  it('are evidence, and a refusal says how many there were', () => {
    const told = (records: readonly TlsaRecord[]) =>
      renderExplain(explain(under(...records)), { colour: false });
    expect(told([record(3, 1, 1, leaf)])).toContain(
      `the path matches the TLSA records of ${host} (1 record)`,
    );
    expect(told([record(9, 1, 1, leaf)])).toContain('treated as none');
    expect(told([record(3, 1, 1, other)])).toContain(
      `expected a chain that matches the TLSA records of ${host}`,
    );
  });
});
