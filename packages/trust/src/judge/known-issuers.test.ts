import type { Certificate } from '@entente/x509';
import { describe, expect, it } from 'vitest';
import type { PathState } from '../path/path-state.ts';
import type { TrustAnchor } from '../policy/anchor.ts';
import { KnownIssuers } from './known-issuers.ts';

const kilobyte = 1_024;
const anchorNamed = (name: string) => ({ name }) as TrustAnchor;
const fabrikam = anchorNamed('fabrikam');
const tailspin = anchorNamed('tailspin');

/** A leaf of an issuer with a name that is written so. */
const leafOf = (issuer: string) => ({ issuer: { der: Buffer.from(issuer) } }) as unknown as Certificate;

/** The state of an issuer whose certificates take as many octets. */
const stateOf = (anchor: TrustAnchor, octets: number) =>
  ({ anchor, issuers: [{ der: new Uint8Array(octets) }] }) as unknown as PathState;

function started(): KnownIssuers {
  const issuers = new KnownIssuers();
  issuers.follow({ anchors: [] });
  return issuers;
}

/** Remembers issuers of one anchor, one name after another. */
function fill(issuers: KnownIssuers, anchor: TrustAnchor, count: number, octets: number): readonly string[] {
  const names = Array.from({ length: count }, (_, index) => `${anchor.name} ${index}`);
  for (const name of names) issuers.remember(leafOf(name), stateOf(anchor, octets));
  return names;
}

const isKnown = (issuers: KnownIssuers) => (name: string) => issuers.of(leafOf(name)).length > 0;

describe('what is known of issuers', () => {
  it('counts for one set of anchors and is forgotten with it', () => {
    const issuers = new KnownIssuers();
    const [one, other] = [{ anchors: [] }, { anchors: [] }];
    const known = [one, one, other, one].map((anchors) => {
      issuers.follow(anchors);
      return issuers.roots;
    });
    expect(known.map((roots) => known.indexOf(roots))).toEqual([0, 0, 2, 3]);
  });

  it('takes 512 kB of each anchor at most: the oldest of that anchor are forgotten, and none of another', () => {
    const issuers = started();
    const [other] = fill(issuers, tailspin, 1, kilobyte) as [string];
    const before = issuers.octets;
    const names = fill(issuers, fabrikam, 200, 10 * kilobyte);
    const known = names.filter(isKnown(issuers));
    expect(known).toEqual(names.slice(-known.length));
    expect(known.length).toBeGreaterThan(40);
    expect(issuers.octets - before).toBeLessThanOrEqual(512 * kilobyte);
    expect(isKnown(issuers)(other)).toBe(true);
  });

  it('takes 16 MB of all anchors at most: those that have most lose their oldest', () => {
    const issuers = started();
    const [other] = fill(issuers, tailspin, 1, kilobyte) as [string];
    for (let index = 0; index < 64; index++) {
      fill(issuers, anchorNamed(`partner ${index}`), 16, 30 * kilobyte);
    }
    expect(issuers.octets).toBeLessThanOrEqual(16 * kilobyte * kilobyte);
    expect(issuers.octets).toBeGreaterThan(15 * kilobyte * kilobyte);
    expect(isKnown(issuers)(other)).toBe(true);
  });

  it('is not kept of an issuer that takes more than one anchor may, and others stay', () => {
    const issuers = started();
    const [first] = fill(issuers, fabrikam, 1, kilobyte) as [string];
    issuers.remember(leafOf('large'), stateOf(fabrikam, 512 * kilobyte));
    expect(isKnown(issuers)('large')).toBe(false);
    expect(isKnown(issuers)(first)).toBe(true);
  });

  it('is kept of the four latest states of one name below each anchor, the latest first', () => {
    const issuers = started();
    const foreign = stateOf(tailspin, kilobyte);
    issuers.remember(leafOf('Issuing CA'), foreign);
    const states = Array.from({ length: 6 }, () => stateOf(fabrikam, kilobyte));
    for (const state of states) issuers.remember(leafOf('Issuing CA'), state);
    expect(issuers.of(leafOf('Issuing CA'))).toEqual([...states.slice(2).reverse(), foreign]);
  });

  it('is counted once for each name by which an issuer is known, however it is written, and is given back', () => {
    const issuers = started();
    const root = stateOf(fabrikam, kilobyte);
    for (const name of ['Issuing CA', 'issuing ca', 'Issuing CA']) issuers.remember(leafOf(name), root);
    const twice = issuers.octets;
    fill(issuers, fabrikam, 2_000, kilobyte);
    expect(twice).toBeGreaterThan(2 * kilobyte);
    expect(twice).toBeLessThan(3 * kilobyte);
    expect(['Issuing CA', 'issuing ca'].filter(isKnown(issuers))).toEqual([]);
    issuers.follow({ anchors: [] });
    expect(issuers.octets).toBe(0);
  });
});
