import { once } from 'node:events';
import https from 'node:https';
import { freePorts } from '@entente/testkit';
import { spawnTied } from '@entente/testkit/repository';
import { connect, loadCredential, openTrust, peerOf, serve, type TrustedSocket } from '@entente/tls';
import { names, type RecipeCertificates, type Side } from './recipe-certificates.ts';

/** What a peer that is not part of a page presents and trusts. */
async function opened({ anchors, crls, of }: RecipeCertificates, side: Side) {
  const trust = await openTrust({ anchors, crls });
  const { chainPem, keyPem } = of(side);
  return { trust, identity: await loadCredential({ certificate: chainPem, key: keyPem }) };
}

/** Starts the service of the guide, for recipes of clients. */
export async function startService(certificates: RecipeCertificates, port: number): Promise<AsyncDisposable> {
  const own = await opened(certificates, 'service');
  const server = await serve(https, { ...own, allow: [names.client], port }, (request, response) => {
    response.end(`hello, ${peerOf(request)?.peer?.dnsNames[0]}`);
  });
  return {
    async [Symbol.asyncDispose]() {
      await server.close();
      await own.trust[Symbol.asyncDispose]();
    },
  };
}

/** An answer of a service, and the connection that it came over. */
export interface Asked extends AsyncDisposable {
  readonly answer: string;
  readonly socket: TrustedSocket;
}

/**
 * Asks a service over HTTP/1.1 as its client, for recipes of servers, and keeps the connection.
 *
 * @param path - of the request
 */
export async function askService(
  certificates: RecipeCertificates,
  port: number,
  path: string,
): Promise<Asked> {
  const own = await opened(certificates, 'client');
  const socket = await connect({
    ...own,
    host: '127.0.0.1',
    port,
    expect: { mode: 'https', name: names.service },
    allow: [names.service],
  });
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
  return {
    answer,
    socket,
    async [Symbol.asyncDispose]() {
      socket.destroy();
      await own.trust[Symbol.asyncDispose]();
    },
  };
}

/** Starts a Redis that speaks TLS alone, with the certificate of the service. */
export async function startTlsRedis({ folder }: RecipeCertificates) {
  const [port = 0] = await freePorts(1);
  const settings = [
    ...['--port', '0', '--tls-port', `${port}`, '--bind', '127.0.0.1', '--save', ''],
    ...['--tls-cert-file', `${names.service}.crt`, '--tls-key-file', `${names.service}.key`],
    ...['--tls-ca-cert-file', 'ca.crt'],
  ];
  const server = spawnTied('redis-server', settings, { cwd: folder });
  let output = '';
  const ready = new Promise<void>((resolve) => {
    server.process.stdout?.on('data', (text) => {
      output += String(text);
      if (output.includes('Ready to accept connections')) resolve();
    });
  });
  await Promise.race([ready, once(server.process, 'close')]);
  return { port, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
