import { checkGiven } from '../ground/check-given.ts';
import { aFunction, aTime, checkValue, oneOf } from '../ground/check-values.ts';
import { isOctets } from '../ground/given.ts';
import type { RandomBytes } from '../ground/signer.ts';
import {
  checkPoolKeys,
  keysInUse,
  mostPoolKeys,
  type PoolKey,
  type PoolKeys,
  poolKeyBytes,
} from './pool-keys.ts';

const dayMs = 86_400_000;

/** For how long a key seals: 7 days. */
export const sealsMs = 7 * dayMs;

/**
 * For how long after that it opens: 7 days. SIP sets no end to a dialog; a week is longer than any call, and as long as a server may be
 * away from its authority before its certificate ends.
 */
export const opensAfterMs = 7 * dayMs;

/** How long before it seals a key is given out: a server that reaches its authority once a day has it in time. */
export const announcedMs = dayMs;

/** The same for a key that cannot wait for that: every server that is connected has it by then. */
export const announcedPromptlyMs = 300_000;

/**
 * Why a pool gets another key: its time has come; a server that has the keys is no longer of the pool; a key of such a server may be
 * in the hands of others; the keys come from a backup.
 */
export type RotationReason = 'scheduled' | 'server-left' | 'compromised' | 'restored';

/** What a new key is made with. */
export interface RotationOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Source of the key, 32 octets. */
  readonly random: RandomBytes;
}

/**
 * The first key of a pool.
 * @param pool - FQDN of the pool, or of a server that is in none
 * @param options - time and randomness
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT`, also where the source of randomness gives another number of octets
 */
export function firstPoolKeys(pool: string, options: RotationOptions): PoolKeys {
  const key = drawKey(options, 'firstPoolKeys');
  return { pool, keys: [{ epoch: 1, key, sealsFrom: options.now, opensUntil: undefined }] };
}

function drawKey(options: RotationOptions, of: string): Uint8Array {
  checkGiven(options, { now: aTime, random: aFunction }, of);
  const key = options.random(poolKeyBytes);
  const fits = (value: unknown) => isOctets(value) && value.length === poolKeyBytes;
  checkValue(key, [`a source of randomness that gives ${poolKeyBytes} octets`, fits], `random of ${of}`);
  return key;
}

/**
 * The keys of a pool with a new one. Those before go on opening for {@link opensAfterMs} once it seals; only where they are compromised
 * they are gone at once, and the dialogs that began with them lose their route.
 * @param before - of the pool
 * @param why - decides when the new one seals, and whether the others still open
 * @param options - time and randomness
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT`, as {@link firstPoolKeys}, and for another reason than there is: with `compromised` misspelt, the keys in the
 *   hands of others would go on opening
 */
export function rotatePoolKeys(before: PoolKeys, why: RotationReason, options: RotationOptions): PoolKeys {
  checkValue(why, oneOf('scheduled', 'server-left', 'compromised', 'restored'), 'why of rotatePoolKeys');
  const key = drawKey(options, 'rotatePoolKeys');
  const { now } = options;
  const { sealing } = keysInUse(before, now);
  const newest = before.keys.at(-1) as PoolKey;
  const next = { epoch: newest.epoch + 1, key, opensUntil: undefined };
  if (why === 'compromised') return { pool: before.pool, keys: [{ ...next, sealsFrom: now }] };
  const isPrompt = why === 'server-left' || why === 'restored';
  const planned = sealing.sealsFrom + sealsMs;
  const inTime = planned >= now + announcedMs && planned <= now + sealsMs;
  const sealsFrom = isPrompt ? now + announcedPromptlyMs : inTime ? planned : now + announcedMs;
  const kept = before.keys
    // One that has not sealed yet is not needed to open anything.
    .filter((one) => one.epoch <= sealing.epoch && (one.opensUntil === undefined || one.opensUntil > now))
    .map((one) => ({ ...one, opensUntil: one.opensUntil ?? sealsFrom + opensAfterMs }))
    .slice(-(mostPoolKeys - 1));
  const keys: PoolKey[] = [...kept, { ...next, sealsFrom }];
  return { pool: before.pool, keys: keys as [PoolKey, ...PoolKey[]] };
}

/**
 * Whether the time for a new key has come. A key that would seal later than any that is made now was made by a wrong clock.
 * @param keys - of the pool
 * @param now - milliseconds since 1970
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT`
 */
export function isRotationDue(keys: PoolKeys, now: number): boolean {
  checkPoolKeys(keys, now, 'isRotationDue');
  const { sealsFrom } = keys.keys.at(-1) as PoolKey;
  return now >= sealsFrom + sealsMs - announcedMs || sealsFrom > now + sealsMs;
}
