import { RedisLocations } from '@entente/store-redis';
import { describe, expect, it } from 'vitest';

// Nothing listens there.
const place = { host: '127.0.0.1', port: 1 };
const log = { info() {}, warn() {} };
const good = { place, pool: 'pool1.contoso.example', log };

describe('options of the store of locations', () => {
  it.each([
    ['log', { ...good, log: undefined }],
    ['log', { ...good, log: { info() {} } }],
    ['pool', { ...good, pool: undefined }],
    ['place', { ...good, place: undefined }],
    ['place.host', { ...good, place: { port: 1 } }],
    ['place.port', { ...good, place: { ...place, port: '6379' } }],
    ['place.dial', { ...good, place: { ...place, dial: true } }],
    ['username', { ...good, username: 7 }],
    ['password', { ...good, password: 7 }],
    ['snapshot', { ...good, snapshot: {} }],
    ['clock', { ...good, clock: 7 }],
    ['options', undefined],
    ['snapshott', { ...good, snapshott: () => {} }],
    ['place.passwrd', { ...good, place: { ...place, passwrd: 'secret' } }],
    ['pool', { ...good, pool: 'p}:x' }],
    ['pool', { ...good, pool: 'Pool1.contoso.example' }],
  ])('are a fault at once with another %s', async (name, options) => {
    await expect(RedisLocations.open(options as never)).rejects.toMatchObject({
      name: 'RedisFault',
      code: 'ENTENTE_REDIS_OPTION',
      place: `${name} of RedisLocations.open`,
    });
  });
});
