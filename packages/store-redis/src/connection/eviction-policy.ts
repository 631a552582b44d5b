import type { Redis } from 'ioredis';

/** The only policy under which a store that has no memory left refuses changes, instead of throwing away what it has acknowledged. */
export const keepsAll = 'noeviction';

/** How a store throws registrations away when its memory is full. */
export interface EvictingStore {
  /** Its `maxmemory-policy`, e.g. `allkeys-lru`. */
  readonly policy: string;
  /** What to do, for an operator. */
  readonly remedy: string;
}

/**
 * By what policy a store makes room where its memory is full.
 * @param redis - connected; INFO is asked, which an account for registrations may (CONFIG is for administrators)
 * @returns undefined where it does not say
 * @throws what the command fails of
 */
export async function evictionPolicy(redis: Pick<Redis, 'info'>): Promise<string | undefined> {
  return /^maxmemory_policy:([\w-]+)/m.exec(await redis.info('memory'))?.[1];
}
