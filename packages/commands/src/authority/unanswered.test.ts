import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type TLSSocket } from 'node:tls';
import { createTestAuthority } from '@entente/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AuthorityConnection, connectAuthority } from './connect-authority.ts';

let folder: string;
let connection: AuthorityConnection;
const servers: Server[] = [];
/** The connection of the administrator as TCP has it: what TLS is in cannot be reset. */
let client: Socket;
/** What becomes of a request. */
let onRequest: (socket: TLSSocket) => void;

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-unanswered-'));
  const root = await createTestAuthority('Contoso Root');
  const list = Buffer.from((await root.crl([])).replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
  const listPort = await listening(createHttpServer((_request, response) => void response.end(list)));
  const crlUrl = `http://ca.contoso.example:${listPort}/root.crl`;
  const own = await root.issue({ dnsNames: ['ca.contoso.example'], crlUrl });
  const tlsPort = await listening(
    createServer({ cert: own.chainPem, key: own.keyPem }, (socket) => {
      socket.on('error', () => {});
      socket.once('data', () => onRequest(socket));
    }),
  );
  const port = await listening(
    createTcpServer((socket) => {
      client = socket;
      const onward = connect(tlsPort, '127.0.0.1');
      for (const side of [socket, onward]) side.on('error', () => {});
      socket.pipe(onward).pipe(socket);
    }),
  );
  const file = (name: string) => join(folder, name);
  await writeFile(file('roots.pem'), root.certificatePem);
  await writeFile(file('alice.crt'), own.chainPem);
  await writeFile(file('alice.key'), own.keyPem, { mode: 0o600 });
  connection = await connectAuthority({
    authority: `https://ca.contoso.example:${port}`,
    address: ['127.0.0.1'],
    anchors: file('roots.pem'),
    certificate: file('alice.crt'),
    key: file('alice.key'),
  });
});
afterAll(async () => {
  await connection?.[Symbol.asyncDispose]();
  for (const server of servers) server.close();
  await rm(folder, { recursive: true, force: true });
});

const order = () => connection.send('/accounts', 'application/json', '{}');

it('an order whose answer does not come may have been done, and that is said', async () => {
  const ends: readonly (typeof onRequest)[] = [
    () => void client.resetAndDestroy(),
    // An answer that has begun.
    (socket) => void socket.end('HTTP/1.1 200'),
  ];
  for (const end of ends) {
    onRequest = end;
    await expect(order()).rejects.toMatchObject({
      code: 'ENTENTE_AUTHORITY_UNANSWERED',
      remedy: expect.stringContaining('the change may have been made'),
    });
  }
});

it('an order whose connection ends without a byte is not called a refusal of the certificate, where the authority takes the certificate all the same, or is gone', async () => {
  const answers = (socket: TLSSocket) =>
    void socket.end('HTTP/1.1 503 Service Unavailable\r\ncontent-length: 2\r\n\r\n{}');
  const afterwards: readonly (typeof onRequest)[] = [answers, () => void client.resetAndDestroy()];
  for (const later of afterwards) {
    onRequest = (socket) => {
      socket.end();
      onRequest = later;
    };
    await expect(order()).rejects.toMatchObject({
      code: 'ENTENTE_AUTHORITY_UNANSWERED',
      remedy: expect.stringContaining('the change may have been made'),
    });
  }
});

it('a connection that is cut is a refusal of the certificate where the next one is refused', async () => {
  const calls = [order, () => connection.get('/standing')];
  for (const call of calls) {
    // The first two come to nothing, as where the end of a connection is faster than what was read from it.
    const cut = () => void client.resetAndDestroy();
    onRequest = () => {
      cut();
      onRequest = () => {
        cut();
        onRequest = (socket) => void socket.end();
      };
    };
    await expect(call()).rejects.toMatchObject({
      code: 'ENTENTE_AUTHORITY_REFUSED_US',
      message: expect.stringContaining('or the clock there may be wrong'),
    });
  }
});

it('a question whose connection ends without a byte has changed nothing, and says nothing of the certificate', async () => {
  onRequest = (socket) => {
    socket.end();
    onRequest = () => void client.resetAndDestroy();
  };
  await expect(connection.get('/standing')).rejects.toMatchObject({ code: 'ENTENTE_AUTHORITY_UNREACHABLE' });
});

it('a question that is not answered has changed nothing', async () => {
  onRequest = () => void client.resetAndDestroy();
  await expect(connection.get('/standing')).rejects.toMatchObject({ code: 'ENTENTE_AUTHORITY_UNREACHABLE' });
});

it('an order that could not be sent has changed nothing', async () => {
  servers.at(-1)?.close();
  await expect(order()).rejects.toMatchObject({ code: 'ENTENTE_AUTHORITY_UNREACHABLE' });
});
