import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keysInUse, mostPoolKeys, type PoolKey, type PoolKeys } from './pool-keys.ts';
import { formatPoolKeys, parsePoolKeys } from './pool-keys-text.ts';
import {
  announcedMs,
  announcedPromptlyMs,
  firstPoolKeys,
  isRotationDue,
  opensAfterMs,
  rotatePoolKeys,
  sealsMs,
} from './rotation.ts';

const start = Date.UTC(2026, 5, 1);
const day = 86_400_000;
const at = (now: number) => ({ now, random: randomBytes });
const first = firstPoolKeys('pool.contoso.example', at(start));
const epochs = (keys: PoolKeys, now: number) => {
  const { opening, sealing } = keysInUse(keys, now);
  return { sealing: sealing.epoch, opening: opening.map(({ epoch }) => epoch) };
};

describe('the keys of a pool', () => {
  it('are followed by another after six days, which seals a day later, so that every server can open by then', () => {
    expect(isRotationDue(first, start + sealsMs - announcedMs - 1)).toBe(false);
    const now = start + sealsMs - announcedMs;
    expect(isRotationDue(first, now)).toBe(true);
    const next = rotatePoolKeys(first, 'scheduled', at(now));
    expect(isRotationDue(next, now)).toBe(false);
    expect(epochs(next, now)).toEqual({ sealing: 1, opening: [1, 2] });
    expect(epochs(next, start + sealsMs)).toEqual({ sealing: 2, opening: [1, 2] });
  });

  it('open for seven days after they have sealed last, and no longer', () => {
    const next = rotatePoolKeys(first, 'scheduled', at(start + 6 * day));
    const end = start + sealsMs + opensAfterMs;
    expect(epochs(next, end - 1).opening).toEqual([1, 2]);
    expect(epochs(next, end).opening).toEqual([2]);
    expect(keysInUse(next, start + 6 * day).until).toBe(start + sealsMs);
    expect(keysInUse(next, start + sealsMs).until).toBe(end);
    expect(keysInUse(next, end).until).toBeUndefined();
  });

  it('seal no more five minutes after a server has left with them, and go on opening', () => {
    const pending = rotatePoolKeys(first, 'scheduled', at(start + 6 * day));
    const now = start + 6.5 * day;
    const next = rotatePoolKeys(pending, 'server-left', at(now));
    // The server that left has the one that was to come, too: it never seals.
    expect(next.keys.map(({ epoch }) => epoch)).toEqual([1, 3]);
    expect(epochs(next, now + announcedPromptlyMs - 1).sealing).toBe(1);
    expect(epochs(next, now + announcedPromptlyMs)).toEqual({ sealing: 3, opening: [1, 3] });
  });

  it('are gone at once where they are compromised', () => {
    const next = rotatePoolKeys(first, 'compromised', at(start + day));
    expect(epochs(next, start + day)).toEqual({ sealing: 2, opening: [2] });
    expect(next.keys[0].key).not.toEqual(first.keys[0].key);
  });

  it('are at most sixteen, however many servers leave', () => {
    let keys = first;
    for (let i = 1; i <= 100; i++) keys = rotatePoolKeys(keys, 'server-left', at(start + i * 600_000));
    expect(keys.keys).toHaveLength(mostPoolKeys);
    expect(parsePoolKeys(formatPoolKeys(keys))).toEqual(keys);
  });

  it('get another where a clock that was wrong has put the next one far ahead', () => {
    const early = rotatePoolKeys(first, 'server-left', at(start + 1_000 * day));
    expect(isRotationDue(early, start + day)).toBe(true);
    const next = rotatePoolKeys(early, 'scheduled', at(start + day));
    expect(isRotationDue(next, start + day)).toBe(false);
    expect(epochs(next, start + day).sealing).toBe(1);
    expect(epochs(next, start + sealsMs).sealing).toBe(3);
    // Also where no key has come into its time.
    const all = firstPoolKeys('pool.contoso.example', at(start + 1_000 * day));
    expect(epochs(all, start)).toEqual({ sealing: 1, opening: [1] });
  });
});

describe('the text of keys', () => {
  const keys = rotatePoolKeys(first, 'scheduled', at(start + 6 * day));
  const text = formatPoolKeys(keys);
  const changed = (change: (value: Record<string, unknown>) => void): string => {
    const value = JSON.parse(text) as Record<string, unknown>;
    change(value);
    return JSON.stringify(value);
  };
  const [entry] = (JSON.parse(text) as { keys: [Record<string, unknown>] }).keys;

  it('is read as it was written', () => {
    expect(parsePoolKeys(text)).toEqual(keys);
  });

  it('is read whole or not at all', () => {
    for (let length = 0; length < text.length; length++)
      expect(parsePoolKeys(text.slice(0, length))).toBeUndefined();
  });

  it.each([
    ['null', 'null'],
    ['another format', changed((value) => (value.format = 'entente-domain-keys/2'))],
    ['no pool', changed((value) => (value.pool = ''))],
    ['no key', changed((value) => (value.keys = []))],
    ['too many keys', changed((value) => (value.keys = new Array(17).fill(entry)))],
    ['one epoch twice', changed((value) => (value.keys = [entry, entry]))],
    ['a short key', changed((value) => (value.keys = [{ ...entry, key: 'AAAA' }]))],
    ['another spelling', changed((value) => (value.keys = [{ ...entry, key: `${entry.key}=` }]))],
    ['no time', changed((value) => (value.keys = [{ ...entry, sealsFrom: 'soon' }]))],
    ['no end', changed((value) => (value.keys = [{ ...entry, opensUntil: 5 }]))],
    [
      'epochs that tokens cannot tell apart',
      changed((value) => (value.keys = [entry, { ...entry, epoch: 65_537 }])),
    ],
    ['spaces without end', `${text}${' '.repeat(20_000)}`],
  ])('is not read with %s', (_, broken) => {
    expect(parsePoolKeys(broken)).toBeUndefined();
  });

  it('is that of keys with times', () => {
    const key: PoolKey = keys.keys[0];
    expect(JSON.parse(text).keys[0]).toEqual({
      epoch: 1,
      key: Buffer.from(key.key).toString('base64url'),
      sealsFrom: '2026-06-01T00:00:00.000Z',
      opensUntil: '2026-06-15T00:00:00.000Z',
    });
  });
});
