import { describe, expect, it } from 'vitest';
import { DialogShare } from './dialog-share.ts';
import { LeftShares, mostLeft } from './shares-of-gone-users.ts';

function shareWith(count: number, now: number): DialogShare {
  const share = new DialogShare();
  for (let i = 0; i < count; i++) share.take(now);
  return share;
}

describe('the shares of users who have left', () => {
  it('are taken up once, each by its user', () => {
    const left = new LeftShares();
    const share = shareWith(512, 1_000);
    left.keep('alice', share);
    expect(left.take('bob')).toBeUndefined();
    expect(left.take('alice')).toBe(share);
    expect(left.take('alice')).toBeUndefined();
  });

  it('are not kept where nothing was sent, where calls have been accepted for it, or where there was time for it', () => {
    const left = new LeftShares();
    const ofCall = shareWith(2, 1_000);
    ofCall.begin();
    left.keep('silent', new DialogShare());
    left.keep('in a call', ofCall);
    left.keep('long ago', shareWith(512, 1_000));
    left.keep('now', shareWith(1, 3_000));
    left.keep('long ago, and leaves now', shareWith(512, 1_000));
    expect(left.size).toBe(1);
    expect(left.take('now')).toBeDefined();
  });

  it('are so many at most, and the oldest goes first', () => {
    const left = new LeftShares();
    for (let i = 0; i <= mostLeft; i++) left.keep(`${i}`, shareWith(1, 1_000));
    expect(left.size).toBe(mostLeft);
    expect(left.take('0')).toBeUndefined();
    expect(left.take('1')).toBeDefined();
  });
});
