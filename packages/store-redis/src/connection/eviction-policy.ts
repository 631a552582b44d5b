import type { Redis } from 'ioredis';

/** The only policy under which a store that has no memory left refuses changes, instead of throwing away what it has acknowledged. */
const keepsAll = 'noeviction';

/**
 * By what policy a store makes room where its memory is full.
 * @param redis - connected; INFO is asked, which an account for registrations may (CONFIG is for administrators)
 * @returns undefined where it throws nothing away, or does not say
 * @throws what the command fails of
 */
export async function evictionPolicy(redis: Pick<Redis, 'info'>): Promise<string | undefined> {
  const found = /^maxmemory_policy:([\w-]+)/m.exec(await redis.info('memory'))?.[1];
  return found === keepsAll ? undefined : found;
}
