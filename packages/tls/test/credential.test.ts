import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { createTestAuthority, type TestCertificate } from '@entente/testkit';
import { loadCredential, serve } from '@entente/tls';
import { holdPort } from '@entente/tls/internal';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeWorld } from './fixture.ts';

let first: TestCertificate;
let second: TestCertificate;
let directory: string;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  const authority = await createTestAuthority('Contoso Root');
  first = await authority.issue({ dnsNames: ['pool.contoso.example'] });
  second = await authority.issue({ dnsNames: ['pool.contoso.example'] });
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'entente-identity-'));
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await rm(directory, { recursive: true });
});

async function put(name: string, text: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
}

describe('loadCredential', () => {
  it('takes PEM text and paths alike', async () => {
    const certificate = await put('tls.crt', first.chainPem);
    const identity = await loadCredential({ certificate, key: first.keyPem });
    expect(identity.current.leaf.serialHex).toBe(first.serialHex);
  });

  it.each<[string, string, string, () => Promise<{ certificate: string; key: string }>]>([
    [
      'a key that does not fit the certificate',
      'ENTENTE_KEY_MISMATCH',
      'tls.key',
      async () => ({ certificate: first.chainPem, key: await put('tls.key', second.keyPem) }),
    ],
    [
      'a certificate file that is missing',
      'ENTENTE_FILE_UNREADABLE',
      'absent.crt',
      async () => ({ certificate: join(directory, 'absent.crt'), key: first.keyPem }),
    ],
    [
      'a certificate file without certificates',
      'ENTENTE_CERTIFICATE_UNREADABLE',
      'tls.crt',
      async () => ({ certificate: await put('tls.crt', first.keyPem), key: first.keyPem }),
    ],
    [
      'a certificate that breaks off',
      'ENTENTE_CERTIFICATE_UNREADABLE',
      'tls.crt',
      async () => ({ certificate: await put('tls.crt', first.chainPem.slice(0, 300)), key: first.keyPem }),
    ],
    [
      'an encrypted key',
      'ENTENTE_KEY_UNREADABLE',
      'tls.key',
      async () => ({ certificate: first.chainPem, key: await put('tls.key', encryptedKey()) }),
    ],
    [
      'a key in the clear for which there is a passphrase',
      'ENTENTE_KEY_UNREADABLE',
      'tls.key',
      async () => ({
        certificate: first.chainPem,
        key: await put('tls.key', first.keyPem),
        passphrase: 'secret',
      }),
    ],
    [
      'a key file that holds a certificate',
      'ENTENTE_KEY_UNREADABLE',
      'tls.key',
      async () => ({ certificate: first.chainPem, key: await put('tls.key', first.chainPem) }),
    ],
  ])('refuses %s with %s, the place and a remedy', async (_, code, place, source) => {
    const fault = await loadCredential(await source()).catch((error: unknown) => error);
    expect(fault).toMatchObject({
      code,
      place: expect.stringContaining(place),
      remedy: expect.stringMatching(/./),
    });
    expect((fault as Error).message).not.toContain('\n');
  });

  it('keeps the old certificate where the new key does not fit', async () => {
    const identity = await loadCredential({ certificate: first.chainPem, key: first.keyPem });
    await expect(identity.replace({ certificate: second.chainPem, key: first.keyPem })).rejects.toMatchObject(
      { code: 'ENTENTE_KEY_MISMATCH' },
    );
    expect(identity.current.leaf.serialHex).toBe(first.serialHex);
  });

  it('follows its files: a renewed pair is taken over by itself', async () => {
    const certificate = await put('tls.crt', first.chainPem);
    const key = await put('tls.key', first.keyPem);
    const identity = await loadCredential({ certificate, key, watch: true, onFault: () => {} });
    closers.push(() => identity[Symbol.asyncDispose]());
    const changed = new Promise((resolve) => {
      identity.onChange(resolve);
    });
    await rename(await put('next.key', second.keyPem), key);
    await rename(await put('next.crt', second.chainPem), certificate);
    await changed;
    expect(identity.current.leaf.serialHex).toBe(second.serialHex);
  });
});

describe('listening', () => {
  it('names a port in use with ENTENTE_LISTEN_FAILED, the place and a remedy', async () => {
    const world = await makeWorld();
    const other = net.createServer();
    await new Promise<void>((resolve) => {
      other.listen(0, '127.0.0.1', resolve);
    });
    closers.push(() => other.close());
    const { port } = other.address() as net.AddressInfo;
    const taken = {
      code: 'ENTENTE_LISTEN_FAILED',
      place: `127.0.0.1:${port}`,
      message: 'expected a free port, found one that another process listens on',
    };
    const options = { trust: world.trust, identity: world.server, allow: [], host: '127.0.0.1', port };
    await expect(serve(tls, options, () => {})).rejects.toMatchObject(taken);
    await expect(holdPort({ host: '127.0.0.1', port })).rejects.toMatchObject(taken);
  });

  it('is possible at a port that was held, once it is held no more', async () => {
    const world = await makeWorld();
    const options = { trust: world.trust, identity: world.server, allow: [], host: '127.0.0.1' };
    const server = await serve(tls, options, () => {});
    await server.close();
    const { port } = server;
    const held = await holdPort({ host: '127.0.0.1', port });
    const client = net.connect(port, '127.0.0.1').on('error', () => {});
    const left = new Promise((resolve) => client.once('close', resolve));
    await left;
    await expect(serve(tls, { ...options, port }, () => {})).rejects.toMatchObject({
      code: 'ENTENTE_LISTEN_FAILED',
    });
    await held[Symbol.asyncDispose]();
    closers.push((await serve(tls, { ...options, port }, () => {})).close);
  });

  it('writes a key log only where a file is named', async () => {
    const world = await makeWorld();
    const file = join(directory, 'keys.log');
    const server = await serve(
      tls,
      {
        trust: world.trust,
        identity: world.server,
        clientCertificate: 'none',
        host: '127.0.0.1',
        keyLogFile: file,
      },
      (socket) => socket.end(),
    );
    const socket = tls.connect({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false });
    socket.resume();
    await new Promise((resolve) => socket.once('close', resolve));
    await server.close();
    const { readFile } = await import('node:fs/promises');
    expect(await readFile(file, 'latin1')).toContain('SERVER_TRAFFIC_SECRET_0');
  });
});

function encryptedKey(): string {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    format: 'pem',
    type: 'pkcs8',
    cipher: 'aes-256-cbc',
    passphrase: 'secret',
  }) as string;
}
