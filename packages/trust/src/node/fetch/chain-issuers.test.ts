import { describe, expect, it } from 'vitest';
import { anchor } from '../../../test/making/asking.ts';
import { day, type Made, makeCa, makeLeaf, makeRoot, now } from '../../../test/making/certificates.ts';
import { issuedCertificates } from './chain-issuers.ts';

const root = makeRoot('root');

/** Subjects of the chain that is found, leaf first; the anchor at its end. */
function chainOf(...presented: readonly Made[]): readonly string[] {
  const certificates = presented.map(({ der }) => der);
  const { issued, anchor: top } = issuedCertificates({ certificates }, { anchors: [anchor(root)] }, now);
  const subjects = issued.map(({ certificate }) => certificate.subject.toString());
  return top === undefined ? subjects : [...subjects, top.subject.toString()];
}

describe('the issuers of a chain', () => {
  it('are found among 36 certificates of CAs that all certify each other, by the shortest way', () => {
    const keys = Array.from({ length: 6 }, (_, index) => makeRoot(`CA ${index}`));
    const crossed = keys.flatMap((keyOf, index) =>
      keys.filter((issuer) => issuer !== keyOf).map((issuer) => makeCa(issuer, `CA ${index}`, { keyOf })),
    );
    const right = makeCa(root, 'CA 5', { keyOf: keys[5]! });
    const expired = keys.map((keyOf, index) => makeCa(root, `CA ${index}`, { keyOf, notAfter: now - day }));
    const leaf = makeLeaf(keys[0]!, ['pool1.contoso.example']);
    const presented = [...crossed, ...expired.slice(0, 5), right];
    expect(presented).toHaveLength(36);
    for (const order of [presented, [...presented].reverse()]) {
      expect(chainOf(leaf, ...order)).toEqual(['CN=leaf', 'CN=CA 0', 'CN=CA 5', 'CN=root']);
    }
  });

  it('are none where no way leads to an anchor, so that nothing is fetched', () => {
    const lost = makeCa(makeRoot('outsider'), 'lost');
    expect(chainOf(makeLeaf(lost, ['pool1.contoso.example']), lost)).toEqual([]);
  });

  it('are not looked for among any number of keys of one name', () => {
    const crowd = Array.from({ length: 70 }, () => makeCa(root, 'CA'));
    const leaf = makeLeaf(crowd.at(-1)!, ['pool1.contoso.example']);
    expect(chainOf(leaf, ...crowd.slice(0, 10), crowd.at(-1)!)).toEqual(['CN=leaf', 'CN=CA', 'CN=root']);
    expect(chainOf(leaf, ...crowd)).toEqual([]);
  });
});
