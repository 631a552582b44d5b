import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTestAuthority } from '@entente/testkit';
import { startPostgres } from '@entente/testkit/postgres';
import { startRedis } from '@entente/testkit/redis';
import pg from 'pg';
import { leadingHere } from './outside.ts';
import type { Scene } from './scene.ts';

const [sql, redis] = ['packages/store-sql', 'packages/store-redis'] as const;

/** The READMEs of the stores, with a Redis and a PostgreSQL that speaks TLS. */
export const storesScene: Scene = {
  name: 'stores',
  homes: [sql, redis],
  async play(reader) {
    {
      await using server = await startRedis();
      await reader.run(reader.find(redis, 'RedisLocations.open'), {
        places: { 6379: `${server.place.port}` },
        prints: /\[\]/,
      });
    }
    const host = 'db1.contoso.example';
    const authority = await createTestAuthority('Contoso Root');
    await using server = await startPostgres({ tls: await authority.issue({ dnsNames: [host] }) });
    const admin = new pg.Client({ host: server.socketFolder, port: server.port, user: server.user });
    await admin.connect();
    await admin.query(`CREATE ROLE entente LOGIN PASSWORD '${server.password}'`);
    await admin.query('CREATE DATABASE entente OWNER entente');
    await admin.end();
    const folder = reader.folderOf(sql);
    await writeFile(join(folder, 'ca.crt'), authority.certificatePem);
    await writeFile(join(folder, 'postgresql-password'), `${server.password}\n`);
    await reader.run(reader.find(sql, 'openPostgresAccounts'), {
      env: leadingHere(reader.newcomer, { [`${host}:5432`]: server.port }),
    });
  },
};
