import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { createTestAuthority, type TestAuthority, type TestCertificateOptions } from '@entente/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { run } from '../cli.ts';

const serverName = 'pool.contoso.example';
let root: TestAuthority;
let directory: string;
let anchors: string;
const closers: (() => unknown)[] = [];

beforeEach(async () => {
  root = await createTestAuthority('Contoso Root');
  directory = await mkdtemp(join(tmpdir(), 'entente-explain-'));
  anchors = join(directory, 'ca.crt');
  await writeFile(anchors, root.certificatePem);
});
afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  for (const close of closers.splice(0)) await close();
  await rm(directory, { recursive: true });
});

async function server(options: TestCertificateOptions): Promise<string> {
  const { chainPem, keyPem } = await root.issue(options);
  return listen(tls.createServer({ cert: chainPem, key: keyPem }));
}

async function listen(listener: net.Server): Promise<string> {
  await new Promise<void>((resolve) => {
    listener.listen(0, '127.0.0.1', resolve);
  });
  closers.push(() => listener.close());
  return `127.0.0.1:${(listener.address() as net.AddressInfo).port}`;
}

async function entente(...args: readonly string[]): Promise<{ status: number; out: string; err: string }> {
  const texts = { out: '', err: '' };
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    texts.out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    texts.err += String(text);
    return true;
  });
  process.exitCode = undefined;
  const status = await run(args);
  return { status, ...texts };
}

async function crlFile(): Promise<string> {
  const path = join(directory, 'contoso.crl');
  await writeFile(path, await root.crl([], { number: 1_000 }));
  return path;
}

describe('entente explain', () => {
  it('trusts a server with the name, anchor and CRL that it should have, and shows every stage', async () => {
    const address = await server({ dnsNames: [serverName] });
    const { status, out } = await entente(
      ...['explain', address, '--name', serverName, '--anchors', anchors, '--crls', await crlFile()],
    );
    expect(status).toBe(0);
    expect(out).toMatch(/✓ trusted: pool\.contoso\.example/);
    for (const stage of ['parsing', 'path', 'revocation', 'identity']) expect(out).toContain(`✓ ${stage}:`);
    expect(out).toContain('TLSv1.3');
    for (const stage of ['authorisation', 'policies']) expect(out).toContain(`· ${stage}: not judged here`);
  });

  it('says of a server without TLS 1.3 what a client of @entente/tls needs for it', async () => {
    const { chainPem, keyPem } = await root.issue({ dnsNames: [serverName] });
    const address = await listen(tls.createServer({ cert: chainPem, key: keyPem, maxVersion: 'TLSv1.2' }));
    const asked = ['explain', address, '--name', serverName, '--anchors', anchors, '--crls', await crlFile()];
    const { status, out } = await entente(...asked);
    expect(status).toBe(0);
    expect(out).toContain(
      "protocol: TLS 1.2; a client of @entente/tls speaks TLS 1.3 alone unless minVersion: 'TLSv1.2'",
    );
  });

  it('names what it found where no TLS server answers, and what to do', async () => {
    const plain = await listen(net.createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    const { status, out } = await entente('explain', plain, '--anchors', anchors);
    expect(status).toBe(1);
    expect(out).toMatch(/found an answer that is not TLS.* \(ERR_SSL_\w+\)\n└─ → check the address/);
    const nobody = await entente('explain', 'nobody.invalid:443', '--anchors', anchors);
    expect(nobody.out).toMatch(/found (?:no address in DNS \(ENOTFOUND\)\n└─ → .*--address <ip>|EAI_AGAIN)/);
  });

  it('fetches the CRL that the certificate names, only from private hosts that are listed', async () => {
    const crl = Buffer.from(
      (await root.crl([], { number: 1_000 })).replace(/-----[^-]+-----/g, ''),
      'base64',
    );
    const distribution = await listen(createServer((_, response) => response.end(crl)));
    const address = await server({ dnsNames: [serverName], crlUrl: `http://${distribution}/contoso.crl` });
    const asked = ['explain', address, '--name', serverName, '--anchors', anchors];
    const refused = await entente(...asked);
    expect(refused).toMatchObject({ status: 1 });
    expect(refused.out).toContain('✗ refused: revocation-unknown');
    expect(refused.out).toContain(
      `could not fetch http://${distribution}/contoso.crl (list of "CN=Contoso Root"): host 127.0.0.1`,
    );
    expect(await entente(...asked, '--fetch-from', '127.0.0.1')).toMatchObject({ status: 0 });
  });

  it('says of a publisher that is down that it has to answer, and not that this side may ask it', async () => {
    const down = createServer();
    down.on('connection', (socket) => socket.resetAndDestroy());
    const distribution = await listen(down);
    const address = await server({ dnsNames: [serverName], crlUrl: `http://${distribution}/contoso.crl` });
    const asked = ['explain', address, '--name', serverName, '--anchors', anchors];
    const { out, status } = await entente(...asked, '--fetch-from', '127.0.0.1');
    expect(status).toBe(1);
    expect(out).toContain(
      `could not fetch http://${distribution}/contoso.crl (list of "CN=Contoso Root"): ECONN`,
    );
    expect(out).toContain(`→ make http://${distribution}/contoso.crl answer with a current CRL`);
    expect(out).not.toContain('allow this side to fetch');
    expect(out).toMatch(/Next:\n {2}start what publishes these lists at 127\.0\.0\.1, or have it reached/);
    const silent = await listen(net.createServer());
    const ofSilent = await server({ dnsNames: [serverName], crlUrl: `http://${silent}/contoso.crl` });
    const from = ['--fetch-from', '127.0.0.1', '--timeout', '1s'];
    const late = await entente('explain', ofSilent, '--name', serverName, '--anchors', anchors, ...from);
    expect(late.out).toContain('no complete answer within 1000 ms');
    expect(late.out).toMatch(
      /Next:\n {2}start what publishes these lists at 127\.0\.0\.1, or have it reached/,
    );
    // What is not asked at all needs something else.
    const notAsked = await entente(...asked);
    expect(notAsked.out).toMatch(/Next:\n {2}download these lists/);
  });

  it('dials and fetches at the addresses that it is given, of hosts that DNS does not know', async () => {
    const crl = Buffer.from(
      (await root.crl([], { number: 1_000 })).replace(/-----[^-]+-----/g, ''),
      'base64',
    );
    const distribution = await listen(createServer((_, response) => response.end(crl)));
    const crlUrl = `http://ca.contoso.example:${distribution.split(':')[1]}/contoso.crl`;
    const address = await server({ dnsNames: [serverName], crlUrl });
    const asked = ['explain', `Pool.contoso.example:${address.split(':')[1]}`, '--anchors', anchors];
    const there = [
      ...asked,
      '--address',
      `${serverName}=127.0.0.1`,
      '--address',
      'ca.contoso.example=127.0.0.1',
    ];
    expect(await entente(...there)).toMatchObject({ status: 0 });
    const trusted = await entente(...there, '--json');
    const { evidence, ...answer } = JSON.parse(trusted.out);
    expect(answer).toMatchObject({ ok: true, trusted: true, next: expect.any(Array) });
    // As the text says: who may use the link is in the topology.
    expect(evidence).toContainEqual({ stage: 'authorise', kind: 'not-judged' });
    expect(trusted.out).not.toContain('authorised');
    // An address alone is that of the server that is asked; who is not named is still not asked at a private address.
    const { out, status } = await entente(...asked, '--address', '127.0.0.1', '--json');
    expect(status).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      address: '127.0.0.1',
      notFetched: [{ url: crlUrl, of: expect.stringContaining('CN=Contoso Root') }],
    });
  });

  it.each<[string, string, TestCertificateOptions]>([
    ['another name', 'name-mismatch', { dnsNames: ['evil.contoso.example'] }],
    [
      'an expired certificate',
      'certificate-expired',
      { dnsNames: [serverName], notBefore: Date.now() - 2_000_000, notAfter: Date.now() - 1_000_000 },
    ],
    [
      'a client certificate',
      'extended-key-usage-missing',
      { dnsNames: [serverName], usages: ['clientAuth'] },
    ],
  ])('refuses %s with %s, evidence and remedy, exit status 1', async (_, reason, options) => {
    const address = await server(options);
    const asked = ['explain', address, '--name', serverName, '--anchors', anchors, '--crls', await crlFile()];
    const { status, out } = await entente(...asked);
    expect(status).toBe(1);
    expect(out).toContain(`✗ refused: ${reason}`);
    expect(out).toMatch(/└─ → ./);
    const { out: json } = await entente(...asked, '--json');
    expect(JSON.parse(json)).toMatchObject({
      ok: false,
      next: [],
      trusted: false,
      reason,
      name: serverName,
      subjects: [expect.anything()],
    });
  });

  it('judges by the roots of this system where no anchors are named', async () => {
    const { status, out } = await entente(
      'explain',
      await server({ dnsNames: [serverName] }),
      '--name',
      serverName,
    );
    expect(status).toBe(1);
    expect(out).toContain('✗ refused: unknown-issuer');
  });

  it('looks for a SIP domain by its own rules', async () => {
    const address = await server({ dnsNames: [serverName], uris: ['sip:contoso.example'] });
    const asked = [
      'explain',
      address,
      '--anchors',
      anchors,
      '--crls',
      await crlFile(),
      '--rules',
      'sip-domain',
    ];
    expect(await entente(...asked, '--name', 'contoso.example')).toMatchObject({ status: 0 });
    expect((await entente(...asked, '--name', serverName)).out).toContain('name-mismatch');
  });

  it('says in one sentence that nobody answers, exit status 1', async () => {
    const { status, out, err } = await entente('explain', '127.0.0.1:1');
    expect(status).toBe(1);
    expect(out).toContain(
      '✗ 127.0.0.1:1: expected a TLS server, found no listener at this port (ECONNREFUSED)',
    );
    expect(err).toBe('');
  });

  it('says so where the port does not speak TLS', async () => {
    const address = await listen(net.createServer((socket) => socket.end('SSH-2.0-none\r\n')));
    const { status, out } = await entente('explain', address);
    expect(status).toBe(1);
    expect(out).toContain(`✗ ${address}: expected a TLS server, found`);
  });

  it.each([
    ['no address', []],
    ['a port that is none', ['contoso.example:99999']],
    ['rules that it does not know', ['contoso.example', '--rules', 'suffix']],
    ['an address that is none', ['contoso.example', '--address', 'ca.contoso.example=here']],
    ['a timeout that is none', ['contoso.example', '--timeout', 'soon']],
    ['a file of anchors that is missing', ['contoso.example', '--anchors', '/nowhere/ca.crt']],
  ])('takes %s for a fault of usage: exit status 2, no stack trace', async (_, args) => {
    const { status, err } = await entente('explain', ...args);
    expect(status).toBe(2);
    expect(err).not.toMatch(/\n\s+at /);
    expect(err).not.toBe('');
  });
});
