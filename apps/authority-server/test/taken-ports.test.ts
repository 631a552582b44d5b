import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type Scene, startScene } from './network.ts';

const taken: Server[] = [];
let scene: Scene | undefined;
afterEach(async () => {
  for (const server of taken.splice(0)) server.close();
  await scene?.close();
});

async function take(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve));
  taken.push(server);
  return server;
}

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const release = (server: Server) => new Promise<void>((resolve) => void server.close(() => resolve()));

/** Each file of a folder, with the hash of what is in it. */
async function contentOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = files.sort().map(async (file) => [file, hashOf(await readFile(file))]);
  return Object.fromEntries(await Promise.all(read));
}

it.each([
  ['https', 'expected a free port, found one that another process listens on'],
  [
    'objects',
    expect.stringContaining('the port for revocation lists and issuer certificates cannot be used'),
  ],
] as const)(
  'an authority whose port %s another process has says so before it writes anything',
  async (which, message) => {
    const free = [await take(0), await take(0)];
    const [https = 0, objects = 0] = free.map((server) => (server.address() as AddressInfo).port);
    for (const server of free) await release(server);
    const ports = { https, objects };
    scene = await startScene(undefined, { ports });
    const folder = dirname(scene.made.files.serverCertificate);
    let before = {};
    const started = scene.stopped(async () => {
      await take(ports[which]);
      before = await contentOf(folder);
    });
    await expect(started).rejects.toMatchObject({
      code: 'ENTENTE_LISTEN_FAILED',
      place: `127.0.0.1:${ports[which]}`,
      message,
    });
    expect(await contentOf(folder)).toEqual(before);
    for (const server of taken.splice(0)) await release(server);
    await scene.restart();
    expect((await scene.ask('/healthz')).status).toBe(200);
  },
);
