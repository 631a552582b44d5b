import { checkMilliseconds } from '../ground/check-options.ts';
import { checkValue } from '../ground/check-values.ts';
import { member } from '../ground/given.ts';

/** One secret key of the servers of a pool, with the time in which it counts. */
export interface PoolKey {
  /** Counts up with each new key of the pool, from 1. */
  readonly epoch: number;
  /** {@link poolKeyBytes} secret bytes. */
  readonly key: Uint8Array;
  /** From when on it seals, milliseconds since 1970. It is given out before, so that every server can open by then. */
  readonly sealsFrom: number;
  /** Until when what it has sealed is opened, milliseconds since 1970; undefined while no later key takes its place. */
  readonly opensUntil: number | undefined;
}

/** The keys of a pool, or of a server that is in none. */
export interface PoolKeys {
  /** FQDN of the pool, or of the server. */
  readonly pool: string;
  /** By epoch, the oldest first; at least one, and at most {@link mostPoolKeys}. */
  readonly keys: readonly [PoolKey, ...PoolKey[]];
}

/** Length of a key. */
export const poolKeyBytes = 32;

/** Keys that a pool has at once. */
export const mostPoolKeys = 16;

/** Which keys count at a moment. */
export interface KeysInUse {
  /** Seals now. */
  readonly sealing: PoolKey;
  /** Open now, the sealing one and those to come among them. */
  readonly opening: readonly PoolKey[];
  /** When this changes by the passing of time, milliseconds since 1970; undefined where it does not. */
  readonly until: number | undefined;
}

/**
 * Which keys count at a moment: the newest whose time has come seals. Where it has come for none, because a clock is wrong, the oldest does.
 * @param keys - of a pool
 * @param now - milliseconds since 1970
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT`
 */
export function keysInUse(keys: PoolKeys, now: number): KeysInUse {
  checkPoolKeys(keys, now, 'keysInUse');
  let [sealing]: readonly [PoolKey, ...PoolKey[]] = keys.keys;
  const changes: number[] = [];
  const opening: PoolKey[] = [];
  for (const key of keys.keys) {
    if (key.sealsFrom <= now) sealing = key;
    else changes.push(key.sealsFrom);
    if (key.opensUntil === undefined) opening.push(key);
    else if (key.opensUntil > now) {
      opening.push(key);
      changes.push(key.opensUntil);
    }
  }
  // What seals opens, whatever a clock says.
  if (!opening.includes(sealing)) opening.push(sealing);
  return { sealing, opening, until: changes.length === 0 ? undefined : Math.min(...changes) };
}

/**
 * Looks at keys and a time: by a time that is none no key would ever be due, and none of those before would open.
 * @param keys - of a pool
 * @param now - milliseconds since 1970
 * @param of - the function that was given them
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT`
 */
export function checkPoolKeys(keys: PoolKeys, now: number, of: string): void {
  const hasKeys = (value: unknown) => Array.isArray(value) && value.length > 0;
  checkValue(member(keys, 'keys'), ['a list with a key at least', hasKeys], `keys of ${of}`);
  checkMilliseconds(now, `now of ${of}`);
}
