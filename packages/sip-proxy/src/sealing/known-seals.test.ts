import { describe, expect, it } from 'vitest';
import { KnownSeals } from './known-seals.ts';

const from = new Uint8Array(32);
const seal = (plain: string) => ({ epoch: 1, from, purpose: 'route', context: 'dialog', plain });

describe('sealed texts that are known', () => {
  it('are the newest: an old one is forgotten once enough others have come', () => {
    const known = new KnownSeals();
    known.add('first', seal('x'));
    for (let count = 0; count < 1_000; count++) known.add(`other ${count}`, seal('y'));
    expect(known.get('first')).toEqual(seal('x'));
    for (let count = 0; count < 10_000; count++) known.add(`further ${count}`, seal('y'));
    expect(known.get('first')).toBeUndefined();
    expect(known.get('further 9999')).toEqual(seal('y'));
  });

  it('are so few that their characters have room, however long each is', () => {
    const known = new KnownSeals();
    const long = 'a'.repeat(3_000);
    for (let count = 0; count < 2_000; count++) known.add(`long ${count}`, seal(long));
    const kept = Array.from({ length: 2_000 }, (_, count) => known.get(`long ${count}`)).filter(Boolean);
    expect(kept.length).toBeGreaterThan(100);
    expect(kept.length).toBeLessThanOrEqual((2 * 1_048_576) / long.length);
  });

  it('do not hold one that is longer than all may be', () => {
    const known = new KnownSeals();
    known.add('kept', seal('x'));
    known.add('long', seal('a'.repeat(1_048_576)));
    expect(known.get('long')).toBeUndefined();
    expect(known.get('kept')).toEqual(seal('x'));
  });
});
