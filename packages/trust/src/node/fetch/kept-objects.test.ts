import { describe, expect, it } from 'vitest';
import { KeptObjects } from './kept-objects.ts';

const hour = 3_600_000;

/** Room for four objects and 100 bytes, of which one may be unaccepted. */
function kept(most = 4, mostBytes = 100) {
  const objects = new KeptObjects({ most, mostBytes });
  let now = 0;
  return {
    objects,
    /** Adds an object that an accepted peer has used, and closes the peer's connection again. */
    accepted(anchor: string, key: string, bytes = 1) {
      const dropped = objects.add(anchor, key, bytes, ++now);
      objects.use(key, ++now);
      objects.release(key, ++now);
      return dropped;
    },
    inUse(anchor: string, key: string, bytes = 1) {
      const dropped = objects.add(anchor, key, bytes, ++now);
      objects.use(key, ++now);
      return dropped;
    },
    unaccepted: (anchor: string, key: string, bytes = 1) => objects.add(anchor, key, bytes, ++now),
  };
}

describe('what is kept for the peers of one anchor', () => {
  it('never makes room for what those of another one name', () => {
    const { accepted, unaccepted } = kept();
    for (const key of ['a1', 'a2', 'a3', 'a4']) expect(accepted('a', key)).toEqual([]);
    for (let count = 0; count < 100; count++) {
      const dropped = unaccepted('b', `b${count}`) ?? [];
      expect(dropped.every((key) => key.startsWith('b'))).toBe(true);
    }
    expect(accepted('a', 'a5')).toEqual(['a1']);
  });

  it('is a quarter at most of what no accepted peer has used, the oldest dropped first', () => {
    const { unaccepted } = kept(8);
    expect(unaccepted('a', 'a1')).toEqual([]);
    expect(unaccepted('a', 'a2')).toEqual([]);
    expect(unaccepted('a', 'a3')).toEqual(['a1']);
    expect(unaccepted('a', 'a4')).toEqual(['a2']);
  });

  it('loses what no accepted peer has used before what was not used for longest', () => {
    const { accepted, objects, unaccepted } = kept();
    for (const key of ['a1', 'a2', 'a3']) accepted('a', key);
    unaccepted('a', 'new');
    expect(unaccepted('a', 'newer')).toEqual(['new']);
    expect(accepted('a', 'a4')).toEqual(['newer']);
    objects.use('a1', 1_000);
    objects.release('a1', 1_000);
    expect(accepted('a', 'a5')).toEqual(['a2']);
  });

  it('never loses what an open connection needs: the new object is the one that is not kept', () => {
    const { inUse, objects, unaccepted } = kept();
    for (const key of ['a1', 'a2', 'a3', 'a4']) inUse('a', key);
    expect(unaccepted('a', 'a5')).toBeUndefined();
    objects.release('a2', 1_000);
    expect(unaccepted('a', 'a5')).toEqual(['a2']);
  });

  it('stays until the last of several connections has closed', () => {
    const { inUse, objects, unaccepted } = kept(1);
    inUse('a', 'a1');
    objects.use('a1', 10);
    objects.release('a1', 20);
    expect(unaccepted('a', 'a2')).toBeUndefined();
    objects.release('a1', 30);
    expect(unaccepted('a', 'a2')).toEqual(['a1']);
  });

  it('is bounded in bytes too, a new version of an object counted instead of the old one', () => {
    const { accepted } = kept();
    expect(accepted('a', 'a1', 60)).toEqual([]);
    expect(accepted('a', 'a1', 90)).toEqual([]);
    expect(accepted('a', 'a2', 20)).toEqual(['a1']);
    expect(accepted('a', 'a3', 101)).toBeUndefined();
    expect(accepted('a', 'a4', 80)).toEqual([]);
  });

  it('is not worth keeping a day after it was last used, unless a connection is open', () => {
    const { objects } = kept(8);
    objects.add('a', 'a1', 1, 0);
    objects.add('a', 'a2', 1, 0);
    objects.use('a2', 0);
    expect(objects.idle(24 * hour - 1)).toEqual([]);
    expect(objects.idle(24 * hour)).toEqual(['a1']);
    objects.release('a2', 30 * hour);
    expect(objects.idle(54 * hour)).toEqual(['a1', 'a2']);
  });
});
