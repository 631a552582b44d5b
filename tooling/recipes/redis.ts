import { noRedis } from '@entente/testkit/redis';
import type { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { emits, RecipeFolder } from './recipe-folder.ts';
import { startTlsRedis } from './recipe-peers.ts';

export function ioredisRecipe(): void {
  it.skipIf(noRedis !== undefined)(
    'ioredis: sends commands over TLS, and closes its connection when the certificate of the server is revoked',
    async () => {
      await using folder = await RecipeFolder.open('ioredis.md');
      const { port } = folder.own(await startTlsRedis(folder.certificates));
      const { redis } = await folder.run<{ redis: Redis }>('client.mjs', { 6379: port });
      folder.onClose(() => redis.disconnect());
      expect(folder.printed).toEqual(['hello']);
      await folder.revocationCloses('service', emits(redis, 'close'));
      await expect(redis.get('greeting')).rejects.toThrow();
    },
  );
}
