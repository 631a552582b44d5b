import https from 'node:https';
import { connect, loadCredential, openTrust, peerOf, serve, type TrustedSocket } from '@entente/tls';
import { names } from './recipe-certificates.ts';
import type { RecipeFolder } from './recipe-folder.ts';

async function opened(folder: RecipeFolder, side: keyof typeof names) {
  const trust = await openTrust({ anchors: 'ca.crt', crls: 'ca.crl' });
  folder.onClose(() => trust[Symbol.asyncDispose]());
  const { chainPem, keyPem } = folder.certificate(side);
  return { trust, identity: await loadCredential({ certificate: chainPem, key: keyPem }) };
}

/**
 * Starts the service of the guide, for recipes of clients.
 * @param folder - of the recipe
 */
export async function startService(folder: RecipeFolder): Promise<void> {
  const options = { ...(await opened(folder, 'service')), allow: [names.client], port: folder.port };
  const server = await serve(https, options, (request, response) => {
    response.end(`hello, ${peerOf(request)?.peer?.dnsNames[0]}`);
  });
  folder.onClose(() => server.close());
}

/**
 * Asks a service over HTTP/1.1, for recipes of servers, and keeps the connection.
 * @param folder - of the recipe
 * @param path - of the request
 * @returns the answer as it came, and the connection
 */
export async function ask(
  folder: RecipeFolder,
  path: string,
): Promise<{ answer: string; socket: TrustedSocket }> {
  const socket = await connect({
    ...(await opened(folder, 'client')),
    host: '127.0.0.1',
    port: folder.port,
    expect: { mode: 'https', name: names.service },
    allow: [names.service],
  });
  folder.onClose(() => socket.destroy());
  socket.on('error', () => {});
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${names.service}\r\n\r\n`);
  let answer = '';
  await new Promise<void>((resolve) => {
    socket.on('data', (chunk) => {
      answer += String(chunk);
      if (/\r\n\r\n.+/s.test(answer)) resolve();
    });
    socket.on('close', resolve);
  });
  return { answer, socket };
}
