import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startPostgres } from '@entente/testkit/postgres';
import { startService, startTlsRedis } from '../../recipes/recipe-peers.ts';
import type { RecipeStage } from './recipe-stage.ts';

/** How the programs of one page are run, and what has to come of it. */
export type RecipePlay = (stage: RecipeStage) => Promise<void>;

/** Every page of `docs/recipes`, by name. */
export const recipePlays: Readonly<Record<string, RecipePlay>> = {
  'express.md': async (stage) => {
    await stage.write('only.mjs');
    const server = await stage.serve('server.mjs');
    assert.match((await stage.ask('/reports')).answer, /^HTTP\/1\.1 403 /);
    await greetsAndCloses(stage, server);
  },
  'fastify.md': async (stage) => greetsAndCloses(stage, await stage.serve('server.mjs')),
  'undici.md': async (stage) => {
    stage.own(await startService(stage.certificates, stage.port));
    const client = await stage.start('client.mjs');
    await client.says(/^hello, client\.contoso\.example\n200$/m);
    await client.ends();
  },
  'ws.md': async (stage) => {
    await stage.serve('server.mjs');
    const client = await stage.start('client.mjs');
    await client.says(/^hello, client\.contoso\.example$/m);
    await stage.revocationReaches('service', client);
  },
  'http2.md': async (stage) => {
    await stage.serve('server.mjs');
    const client = await stage.start('client.mjs');
    await client.says(/^hello, client\.contoso\.example$/m);
    await stage.revocationReaches('service', client);
  },
  'grpc.md': async (stage) => {
    await stage.write('greeter.mjs');
    const server = await stage.serve('server.mjs');
    const client = await stage.start('client.mjs');
    await client.says(/^hello, DNS:client\.contoso\.example$/m);
    await client.ends();
    await stage.revocationRefuses('client.mjs', server);
  },
  'mqtt.md': async (stage) => {
    await stage.serve('broker.mjs');
    const client = await stage.start('client.mjs');
    await client.says(/^hello$/m);
    await stage.revocationReaches('service', client);
  },
  'pg.md': async (stage) => {
    const postgres = stage.own(await startPostgres({ tls: stage.certificates.of('service') }));
    await writeFile(join(stage.folder, 'password'), postgres.password);
    const client = await stage.start('client.mjs', { 5432: postgres.port });
    await client.says(/^TLSv1\.3$/m);
    await stage.revocationReaches('service', client);
  },
  'ioredis.md': async (stage) => {
    const { port } = stage.own(await startTlsRedis(stage.certificates));
    const client = await stage.start('client.mjs', { 6379: port });
    await client.says(/^hello$/m);
    await stage.revocationReaches('service', client);
  },
};

async function greetsAndCloses(stage: RecipeStage, server: { says(words: RegExp): Promise<void> }) {
  const { answer, socket } = await stage.ask('/');
  assert.match(answer, /hello, client\.contoso\.example/);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await stage.revocationReaches('client', server as never);
  await closed;
}
