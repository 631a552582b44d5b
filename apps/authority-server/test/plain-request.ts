import http from 'node:http';
import type { Scene } from './network.ts';

/** Asks an authority over plain HTTP. */
export async function plain(
  scene: Scene,
  path: string,
  method = 'GET',
): Promise<{ status: number; type: string; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const { port } = scene.server().objects;
    const outgoing = http.request({ host: '127.0.0.1', port, path, method, agent: false }, (incoming) => {
      const parts: Buffer[] = [];
      incoming.on('data', (part: Buffer) => parts.push(part));
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          type: incoming.headers['content-type'] ?? '',
          body: Buffer.concat(parts),
        }),
      );
    });
    outgoing.once('error', reject);
    outgoing.end();
  });
}
