import type { Binding, Locations } from '@entente/sip-proxy/locations';
import { RedisLocations, type RedisLocationsOptions } from '@entente/store-redis';
import type { startRedis } from '@entente/testkit/redis';
import { expect } from 'vitest';

export const alice = 'alice@contoso.example';
export const bob = 'bob@contoso.example';
export const carol = 'carol@contoso.example';

let pools = 0;
export const newPool = (): string => `pool${++pools}.contoso.example`;

export const binding = (fields: Partial<Binding> = {}): Binding => ({
  aor: alice,
  uri: 'sip:alice@192.0.2.1',
  q: 1,
  expiresAt: Date.now() + 600_000,
  callId: 'c',
  cseq: 1,
  path: [],
  updatedAt: Date.now(),
  ...fields,
});

export const put = async (
  locations: Locations,
  bindings: readonly Binding[],
  aor: string = alice,
): Promise<unknown> => locations.update(aor, Date.now(), () => ({ bindings, result: undefined }));

/** Once a store that was away takes a change. */
export const stored = (locations: Locations): Promise<void> => {
  const isStored = () =>
    put(locations, [binding()]).then(
      () => true,
      () => false,
    );
  return expect.poll(isStored).toBe(true);
};

export const uris = (locations: Locations, aor: string = alice): string[] =>
  (locations.lookup(aor, Date.now()) as readonly Binding[]).map(({ uri }) => uri).sort();

export const found = (locations: Locations, aor?: string) => expect.poll(() => uris(locations, aor));

/** Servers that share one store. */
export class RedisScene implements AsyncDisposable {
  readonly #redis: Awaited<ReturnType<typeof startRedis>>;
  readonly #opened: RedisLocations[] = [];

  constructor(redis: Awaited<ReturnType<typeof startRedis>>) {
    this.#redis = redis;
  }

  /** A server of a pool. */
  async open(
    pool: string,
    more: Partial<RedisLocationsOptions> = {},
  ): Promise<{ readonly events: readonly string[]; readonly locations: RedisLocations }> {
    const events: string[] = [];
    const write = (fields: object) => void events.push((fields as { event: string }).event);
    const locations = await RedisLocations.open({
      place: this.#redis.place,
      pool,
      log: { info: write, warn: write },
      ...more,
    });
    this.#opened.push(locations);
    return { events, locations };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.#opened) await one[Symbol.asyncDispose]();
    await this.#redis[Symbol.asyncDispose]();
  }
}
