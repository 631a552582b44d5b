import { Via } from '@entente/sip';
import {
  forwardRequest,
  incomingBreadth,
  shareBreadth,
  type Target,
  validateRequest,
} from '@entente/sip-proxy';
import { describe, expect, it } from 'vitest';
import { invite } from './fixtures.ts';

const target = (uri: string): Target => ({ uri, flow: undefined, routes: [], instance: undefined });
const withBreadth = (value: string) => invite({ headers: { 'Max-Breadth': value } });
const shares = (groups: readonly (readonly Target[])[]) =>
  groups.map((group) => group.map((one) => one.breadth));
const three = [[target('a'), target('b'), target('c')]];

describe('Max-Breadth, RFC 5393 §5.3.3', () => {
  it.each([
    ['1', 1],
    ['60', 60],
    ['61', 60],
    ['many', 60],
    ['0', 0],
  ])('received as %s counts as %s', (text, breadth) => {
    expect(incomingBreadth(withBreadth(text))).toBe(breadth);
  });

  it('of 0 is refused with 440', () => {
    expect(validateRequest(withBreadth('0'), { isOurVia: () => false })).toMatchObject({
      status: 440,
      reason: 'breadth-exceeded',
    });
  });

  it('is shared among the branches of a fork and never grows', () => {
    expect(shares(shareBreadth(three, invite()))).toEqual([[20, 20, 20]]);
    expect(shares(shareBreadth(three, withBreadth('5')))).toEqual([[2, 2, 1]]);
  });

  it('of fewer than the targets makes them be tried one after the other', () => {
    expect(shares(shareBreadth(three, withBreadth('2')))).toEqual([[1, 1], [2]]);
    expect(shares(shareBreadth(three, withBreadth('1')))).toEqual([[1], [1], [1]]);
  });

  it('stays whole where nothing is forked', () => {
    const one = [[target('a')], [target('b')]];
    expect(shareBreadth(one, withBreadth('7'))).toBe(one);
  });

  it('is in every forwarded request, once', () => {
    const via = Via.from({ transport: 'TLS', host: 'fe1.contoso.example', branch: 'z9hG4bKx' });
    expect(forwardRequest(invite(), { via }).all('Max-Breadth')).toEqual(['60']);
    expect(forwardRequest(withBreadth('7'), { via }).all('Max-Breadth')).toEqual(['7']);
    expect(forwardRequest(withBreadth('99'), { via }).all('Max-Breadth')).toEqual(['60']);
    expect(forwardRequest(withBreadth('7'), { via, breadth: 3 }).all('Max-Breadth')).toEqual(['3']);
  });
});
