import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import https from 'node:https';
import { join } from 'node:path';
import { freePorts } from '@entente/testkit';
import { startPostgres } from '@entente/testkit/postgres';
import { spawnTied } from '@entente/testkit/repository';
import { peerOf, serve } from '@entente/tls';
import { names } from '../../recipes/recipe-certificates.ts';
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
    const server = await serve(
      https,
      { ...(await stage.identity('service')), allow: [names.client], port: stage.port },
      (request, response) => void response.end(`hello, ${peerOf(request)?.peer?.dnsNames[0]}`),
    );
    stage.own({ [Symbol.asyncDispose]: () => server.close() });
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
    const postgres = stage.own(await startPostgres({ tls: stage.certificate('service') }));
    await writeFile(join(stage.folder, 'password'), postgres.password);
    const client = await stage.start('client.mjs', { 5432: postgres.port });
    await client.says(/^TLSv1\.3$/m);
    await stage.revocationReaches('service', client);
  },
  'ioredis.md': async (stage) => {
    const [port = 0] = await freePorts(1);
    const server = stage.own(
      spawnTied(
        'redis-server',
        [
          ...['--port', '0', '--tls-port', `${port}`, '--bind', '127.0.0.1', '--save', ''],
          ...['--tls-cert-file', `${names.service}.crt`, '--tls-key-file', `${names.service}.key`],
          ...['--tls-ca-cert-file', 'ca.crt'],
        ],
        { cwd: stage.folder },
      ),
    );
    await new Promise<void>((resolve) => {
      let output = '';
      server.process.stdout?.on('data', (text) => {
        output += String(text);
        if (output.includes('Ready to accept connections')) resolve();
      });
      server.process.once('close', () => resolve());
    });
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
