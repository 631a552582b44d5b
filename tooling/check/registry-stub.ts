import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { runCommand } from '../runner/command.ts';
import type { Packed } from './packed.ts';

/** A registry on this machine that has our packages alone, as npm asks it. */
export interface RegistryStub extends AsyncDisposable {
  /** Options of npm by which it asks this registry for packages of ours, and its own for all others. */
  readonly npmOptions: readonly string[];
}

/**
 * Serves tarballs as a registry does, so that npm installs them by name as a user will.
 *
 * @param packed - every package
 */
export async function startRegistryStub(packed: readonly Packed[]): Promise<RegistryStub> {
  const documents = new Map<string, string>();
  const tarballs = new Map<string, Buffer>();
  // npm keeps answers by URL: those of an earlier run on the same port must not be taken for these.
  const place = `/${randomUUID()}/`;
  const server: Server = createServer(({ url = '/' }, response) => {
    const path = decodeURIComponent(url).slice(place.length);
    const body = documents.get(path) ?? tarballs.get(path);
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}${place.slice(0, -1)}`;
  for (const { name, tarball } of packed) {
    const bytes = readFileSync(tarball);
    const { stdout } = await runCommand('tar', ['-xzOf', tarball, 'package/package.json'], { cwd: '/' });
    const manifest = JSON.parse(stdout) as { readonly version: string };
    const file = `${name}/-/${basename(tarball)}`;
    tarballs.set(file, bytes);
    const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
    const versions = {
      [manifest.version]: { ...manifest, dist: { tarball: `${origin}/${file}`, integrity } },
    };
    documents.set(name, JSON.stringify({ name, 'dist-tags': { latest: manifest.version }, versions }));
  }
  return {
    npmOptions: [`--@entente:registry=${origin}/`],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
