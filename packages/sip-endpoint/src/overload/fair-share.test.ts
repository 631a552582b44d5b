import { describe, expect, it } from 'vitest';
import { FairShare } from './fair-share.ts';

const rules = { windowMs: 500, timesMean: 3, leastRequests: 4, maxPeers: 5 };

/** @returns how many of the requests were beyond the share */
function send(share: FairShare, peer: string, count: number, now = 0): number {
  let beyond = 0;
  for (let i = 0; i < count; i++) if (share.isBeyond(peer, now)) beyond++;
  return beyond;
}

describe('a share', () => {
  it('is three times what the others send', () => {
    const share = new FairShare(rules);
    send(share, 'a', 4);
    send(share, 'b', 2);
    expect(send(share, 'c', 9)).toBe(0);
    expect(send(share, 'c', 3)).toBe(3);
  });

  it('is never less than a few requests, also of a peer that is alone', () => {
    expect(send(new FairShare(rules), 'a', 4)).toBe(0);
  });

  it('is not made larger by what the peer itself sends', () => {
    const share = new FairShare(rules);
    send(share, 'a', 1);
    expect(send(share, 'b', 100)).toBe(96);
  });

  it('is that of the window before, where the others have not been read yet', () => {
    const share = new FairShare(rules);
    for (const peer of ['a', 'b', 'c']) send(share, peer, 4, 0);
    expect(send(share, 'a', 12, 500)).toBe(0);
    expect(send(share, 'a', 1, 500)).toBe(1);
  });

  it('is not that of a window long ago', () => {
    const share = new FairShare(rules);
    for (const peer of ['a', 'b', 'c']) send(share, peer, 4, 0);
    expect(send(share, 'a', 12, 10_000)).toBe(8);
  });

  it('is nothing at the beginning of the window behind one in which a peer has sent more, and is there again a window later', () => {
    const share = new FairShare(rules);
    send(share, 'a', 1);
    send(share, 'b', 100);
    expect(send(share, 'b', 4, 500)).toBe(4);
    expect(send(share, 'a', 4, 500)).toBe(0);
    expect(send(share, 'b', 4, 1_000)).toBe(0);
  });

  it('is counted for so many peers and no more', () => {
    const share = new FairShare(rules);
    for (const peer of ['a', 'b', 'c', 'd', 'e']) send(share, peer, 1);
    expect(send(share, 'f', 100)).toBe(0);
  });
});
