import { freePorts } from '@entente/testkit';
import { noRedis } from '@entente/testkit/redis';
import { spawnTied } from '@entente/testkit/repository';
import type { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { names } from './recipe-certificates.ts';
import { emits, RecipeFolder } from './recipe-folder.ts';

export function ioredisRecipe(): void {
  it.skipIf(noRedis !== undefined)(
    'ioredis: sends commands over TLS, and closes its connection when the certificate of the server is revoked',
    async () => {
      await using folder = await RecipeFolder.open('ioredis.md');
      const [port = 0] = await freePorts(1);
      await using server = spawnTied('redis-server', [
        ...['--port', '0', '--tls-port', `${port}`, '--bind', '127.0.0.1', '--save', ''],
        ...['--tls-cert-file', `${names.service}.crt`, '--tls-key-file', `${names.service}.key`],
        ...['--tls-ca-cert-file', 'ca.crt'],
      ]);
      await new Promise<void>((resolve) => {
        let output = '';
        server.process.stdout?.on('data', (text) => {
          output += String(text);
          if (output.includes('Ready to accept connections')) resolve();
        });
      });
      const { redis } = await folder.run<{ redis: Redis }>('client.mjs', { 6379: port });
      folder.onClose(() => redis.disconnect());
      expect(folder.printed).toEqual(['hello']);
      await folder.revocationCloses('service', emits(redis, 'close'));
      await expect(redis.get('greeting')).rejects.toThrow();
    },
  );
}
