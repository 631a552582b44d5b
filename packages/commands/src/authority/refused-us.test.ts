import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { createTestAuthority, type TestAuthority } from '@entente/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectAuthority } from './connect-authority.ts';

const day = 86_400_000;
const servers: Server[] = [];
let folder: string;
let root: TestAuthority;
let port: number;

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

/** The authority has judged the certificate, and ends the connection without a byte. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-refused-us-'));
  root = await createTestAuthority('Contoso Root');
  const list = Buffer.from((await root.crl([])).replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
  const listPort = await listening(createHttpServer((_request, response) => void response.end(list)));
  const crlUrl = `http://ca.contoso.example:${listPort}/root.crl`;
  const own = await root.issue({ dnsNames: ['ca.contoso.example'], crlUrl });
  port = await listening(
    createServer({ cert: own.chainPem, key: own.keyPem }, (socket) => {
      socket.on('error', () => {}).on('data', () => {});
      socket.end();
    }),
  );
  await writeFile(join(folder, 'roots.pem'), root.certificatePem);
});
afterAll(async () => {
  for (const server of servers) server.close();
  await rm(folder, { recursive: true, force: true });
});

const reissue =
  'with the authority stopped: entente ca administrator <you> --config ca/authority.yaml --replace';
const lost = '"An administrator’s key is lost" in docs/guides/emergencies.md';

it.each([
  [
    'has ended',
    -2 * day,
    -day,
    'it ended at ',
    [reissue, '"A certificate has expired" in docs/guides/operations.md'],
    lost,
  ],
  ['has not begun', day, 2 * day, 'it begins at ', ['set the clock of this machine'], reissue],
  ['is valid here', -day, day, 'it may be revoked', [reissue, lost], 'has expired'],
])(
  'an administrator whose certificate %s is told what can be seen of it',
  async (_, from, to, found, remedies, other) => {
    const alice = await root.issue({
      dnsNames: ['alice.contoso.example'],
      notBefore: Date.now() + from,
      notAfter: Date.now() + to,
    });
    const [certificate, key] = [join(folder, 'alice.crt'), join(folder, 'alice.key')];
    await writeFile(certificate, alice.chainPem);
    await writeFile(key, alice.keyPem, { mode: 0o600 });
    await using connection = await connectAuthority({
      authority: `https://ca.contoso.example:${port}`,
      address: ['127.0.0.1'],
      anchors: join(folder, 'roots.pem'),
      certificate,
      key,
    });
    const fault = await connection.get('/standing').catch((error: unknown) => error);
    const { remedy } = fault as { remedy: string };
    for (const one of remedies) expect(remedy).toContain(one);
    expect(remedy).not.toContain(other);
    const refused = {
      code: 'ENTENTE_AUTHORITY_REFUSED_US',
      message: expect.stringContaining(found),
      place: expect.stringContaining(certificate),
      remedy,
    };
    await expect(connection.get('/standing')).rejects.toMatchObject(refused);
    await expect(connection.send('/revoke', 'application/json', '{}')).rejects.toMatchObject(refused);
  },
);
