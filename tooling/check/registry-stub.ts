import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { runCommand } from '../runner/command.ts';
import { otherPackages } from './other-packages.ts';
import type { Packed } from './packed.ts';

/** A registry on this machine that has our packages alone, as npm asks it. */
export interface RegistryStub extends AsyncDisposable {
  /** Where it is: `http://127.0.0.1:PORT/`. */
  readonly origin: string;
  readonly port: number;
  /** Options of npm by which it asks this registry for packages of ours, and its own for all others. */
  readonly npmOptions: readonly string[];
  /**
   * Adds packages, or newer versions of those that it has, which are the latest then.
   * @param packed - the packages
   */
  publish(packed: readonly Packed[]): Promise<void>;
  /**
   * Answers at a socket too, for programs in networks of their own, and has packages of others for them.
   * @param socket - path of a file that is not there yet
   * @param others - address of the registry that has those, with a slash at its end
   */
  listen(socket: string, others: string): Promise<void>;
}

/** A package as a registry describes it, with every version. */
interface PackageDocument {
  readonly name: string;
  readonly 'dist-tags': { latest: string };
  readonly versions: Record<string, object>;
}

/**
 * Serves tarballs as a registry does, so that npm installs them by name as a user will.
 *
 * @param packed - every package
 */
export async function startRegistryStub(packed: readonly Packed[]): Promise<RegistryStub> {
  const documents = new Map<string, PackageDocument>();
  const tarballs = new Map<string, Buffer>();
  const ours = (url: string): string | Buffer | undefined => {
    const path = decodeURIComponent(url).slice(1);
    const document = documents.get(path);
    return document === undefined ? tarballs.get(path) : JSON.stringify(document);
  };
  const answer: RequestListener = ({ url = '/' }, response) => {
    const body = ours(url);
    // Kept by npm, a document would hide the versions that are published later.
    response.writeHead(body === undefined ? 404 : 200, { 'cache-control': 'no-store' }).end(body);
  };
  const servers = [createServer(answer)];
  const [first] = servers as [Server];
  await once(first.listen(0, '127.0.0.1'), 'listening');
  const { port } = first.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}/`;
  const publish = async (added: readonly Packed[]): Promise<void> => {
    for (const { name, tarball } of added) {
      const bytes = readFileSync(tarball);
      const { stdout } = await runCommand('tar', ['-xzOf', tarball, 'package/package.json'], { cwd: '/' });
      const manifest = JSON.parse(stdout) as { readonly version: string };
      const { version } = manifest;
      const file = `${name}/-/${basename(tarball)}`;
      tarballs.set(file, bytes);
      const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
      const document = documents.get(name) ?? { name, 'dist-tags': { latest: version }, versions: {} };
      document['dist-tags'].latest = version;
      document.versions[version] = { ...manifest, dist: { tarball: `${origin}${file}`, integrity } };
      documents.set(name, document);
    }
  };
  await publish(packed);
  return {
    origin,
    port,
    npmOptions: [`--@entente:registry=${origin}`],
    publish,
    async listen(socket, others) {
      const ask = otherPackages(others, origin);
      const server = createServer((request, response) => {
        const { headers, url = '/' } = request;
        if (ours(url) !== undefined) return answer(request, response);
        ask(url.slice(1), headers.accept ?? '*/*').then(
          ({ body, status }) => response.writeHead(status).end(body),
          (error: Error) => response.writeHead(502).end(error.message),
        );
      });
      servers.push(server);
      await once(server.listen(socket), 'listening');
    },
    async [Symbol.asyncDispose]() {
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}
