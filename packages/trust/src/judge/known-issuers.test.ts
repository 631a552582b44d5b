import { describe, expect, it } from 'vitest';
import { KnownIssuers } from './known-issuers.ts';

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
});
