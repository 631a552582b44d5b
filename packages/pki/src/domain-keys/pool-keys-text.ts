import { mostPoolKeys, type PoolKey, type PoolKeys, poolKeyBytes } from './pool-keys.ts';

/** Media type of {@link formatPoolKeys}. */
export const poolKeysMediaType = 'application/json';

/** Longest text that is read, in characters. */
export const maxPoolKeysLength = 16_384;

const format = 'entente-domain-keys/1';
/** A token names the lowest 16 bits of an epoch: two keys of one pool must differ in them. */
const epochSpan = 65_536;

/**
 * The keys of a pool as JSON: what the authority answers at `/domain-keys`, and what both sides keep in files. It is secret.
 * @param keys - of one pool
 */
export function formatPoolKeys({ keys, pool }: PoolKeys): string {
  return JSON.stringify({
    format,
    pool,
    keys: keys.map(({ epoch, key, opensUntil, sealsFrom }) => ({
      epoch,
      key: Buffer.from(key).toString('base64url'),
      sealsFrom: new Date(sealsFrom).toISOString(),
      ...(opensUntil === undefined ? {} : { opensUntil: new Date(opensUntil).toISOString() }),
    })),
  });
}

/**
 * Reads what {@link formatPoolKeys} has written.
 * @param text - from the authority, or from a file
 * @returns undefined for anything else: cut short, with a key of another length, without a key or with too many, out of order
 */
export function parsePoolKeys(text: string): PoolKeys | undefined {
  if (text.length > maxPoolKeysLength) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value) || value.format !== format) return undefined;
  const { pool, keys: entries } = value;
  if (typeof pool !== 'string' || pool === '' || pool.length > 253 || !Array.isArray(entries))
    return undefined;
  if (entries.length > mostPoolKeys) return undefined;
  const keys: PoolKey[] = [];
  for (const entry of entries) {
    const key = parseKey(entry);
    if (key === undefined || key.epoch <= (keys.at(-1)?.epoch ?? 0)) return undefined;
    keys.push(key);
  }
  const [first] = keys;
  const last = keys.at(-1);
  if (first === undefined || last === undefined || last.epoch - first.epoch >= epochSpan) return undefined;
  return { pool, keys: keys as [PoolKey, ...PoolKey[]] };
}

function parseKey(entry: unknown): PoolKey | undefined {
  if (!isObject(entry)) return undefined;
  const { epoch, key: text, opensUntil, sealsFrom } = entry;
  if (!Number.isSafeInteger(epoch) || typeof text !== 'string') return undefined;
  const key = Buffer.from(text, 'base64url');
  if (key.length !== poolKeyBytes || key.toString('base64url') !== text) return undefined;
  const from = timeOf(sealsFrom);
  const until = opensUntil === undefined ? undefined : timeOf(opensUntil);
  if (from === undefined || (opensUntil !== undefined && until === undefined)) return undefined;
  return { epoch: epoch as number, key, sealsFrom: from, opensUntil: until };
}

function timeOf(text: unknown): number | undefined {
  const time = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
