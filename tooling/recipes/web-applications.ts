import type { TrustedServer } from '@entente/tls';
import type { RequestHandler } from 'express';
import type { FastifyInstance } from 'fastify';
import { expect, it } from 'vitest';
import { names } from './recipe-certificates.ts';
import { emits, RecipeFolder } from './recipe-folder.ts';
import { askService } from './recipe-peers.ts';

interface Program {
  readonly server: TrustedServer<unknown>;
}

const ask = async (folder: RecipeFolder, path: string) =>
  folder.own(await askService(folder.certificates, folder.port, path));

export function webApplicationRecipes(): void {
  it('Fastify: knows the client, and its connection is closed when its certificate is revoked', async () => {
    await using folder = await RecipeFolder.open('fastify.md');
    const { app, server } = await folder.run<Program & { readonly app: FastifyInstance }>('server.mjs');
    folder.onClose(() => app.close());
    folder.onClose(() => server.close());
    const { answer, socket } = await ask(folder, '/');
    expect(answer).toContain(`hello, ${names.client}`);
    await folder.revocationCloses('client', emits(socket, 'close'));
  });

  it('Express: knows the client, also on a route for others, and its connection is closed when its certificate is revoked', async () => {
    await using folder = await RecipeFolder.open('express.md');
    await folder.run<{ only: (...names: readonly string[]) => RequestHandler }>('only.mjs');
    const { server } = await folder.run<Program>('server.mjs');
    folder.onClose(() => server.close());
    expect((await ask(folder, '/reports')).answer).toMatch(/^HTTP\/1\.1 403 /);
    const { answer, socket } = await ask(folder, '/');
    expect(answer).toContain(`hello, ${names.client}`);
    await folder.revocationCloses('client', emits(socket, 'close'));
  });
}
