import { describe, expect, it } from 'vitest';
import { TurnBytes } from './turn-bytes.ts';

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

describe('the bytes of a turn', () => {
  it('are copies, each for itself, and their place is used again once nobody reads them', () => {
    const kept = new TurnBytes();
    const [a, b] = [kept.copy(Buffer.from('one')), kept.copy(Buffer.from('two'))];
    expect([text(a), text(b)]).toEqual(['one', 'two']);
    kept.clear();
    kept.copy(Buffer.from('six'));
    expect([text(a), text(b)]).toEqual(['six', 'two']);
  });

  it('have memory of their own once there are too many', () => {
    const kept = new TurnBytes();
    const large = Buffer.alloc(3_000_000, 1);
    const [first, second] = [kept.copy(large), kept.copy(large)];
    expect([first.buffer.byteLength, second.buffer.byteLength]).toEqual([4_194_304, 3_000_000]);
    large.fill(2);
    kept.clear();
    kept.copy(large);
    expect([first[0], second[0]]).toEqual([2, 1]);
  });
});
