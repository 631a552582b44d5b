import 'reflect-metadata';
import { createPrivateKey, sign, webcrypto, X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestAuthority, type TestAuthority } from '@entente/testkit';
import { type AnchorSet, createJudge, type PresentedChain, type Question } from '@entente/trust';
import { anchorsFrom, createRevocationFetcher, type RevocationFetcher } from '@entente/trust/node';
import {
  createAlgorithm,
  decodeCertificate,
  decodeOcspRequest,
  encodeOcspError,
  encodeOcspResponse,
  encodeTbsOcspResponse,
  type OcspCertStatus,
  oids,
} from '@entente/x509';
import * as peculiar from '@peculiar/x509';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const host = 'ocsp.contoso.example';
const hourMs = 3_600_000;
const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

let authority: TestAuthority;
let anchors: AnchorSet;
let asked: Buffer[];
let answer: (request: Buffer) => Uint8Array;
let port: number;
const closers: (() => unknown)[] = [];

beforeEach(async () => {
  authority = await createTestAuthority('Contoso Root');
  anchors = (await anchorsFrom({ pem: authority.certificatePem }, { revocation: { mode: 'hard-fail' } }))
    .current;
  asked = [];
  answer = (request) => respond(request, { state: 'good' });
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    asked.push(Buffer.concat(chunks));
    expect(request.headers['content-type']).toBe('application/ocsp-request');
    response.end(answer(Buffer.concat(chunks)));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  ({ port } = server.address() as AddressInfo);
  closers.push(() => server.close().closeAllConnections());
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function fetcher(now: () => number = Date.now, cacheDirectory?: string): Promise<RevocationFetcher> {
  const made = await createRevocationFetcher({
    hosts: [],
    privateHosts: [host],
    lookUp: async () => ['127.0.0.1'],
    refresh: false,
    now,
    ...(cacheDirectory === undefined ? {} : { cacheDirectory }),
  });
  closers.push(() => made[Symbol.asyncDispose]());
  return made;
}

/** A leaf that names the responder, and no CRL unless one is given. */
async function leaf(crlUrl?: string): Promise<PresentedChain> {
  const keys = await webcrypto.subtle.generateKey(ecdsa, true, ['sign', 'verify']);
  const issuer = new peculiar.X509Certificate(authority.certificatePem);
  const certificate = await peculiar.X509CertificateGenerator.create(
    {
      serialNumber: '4a01',
      subject: 'CN=fe.contoso.example',
      issuer: issuer.subject,
      notBefore: new Date(Date.now() - hourMs),
      notAfter: new Date(Date.now() + 24 * hourMs),
      publicKey: keys.publicKey,
      signingKey: await webcrypto.subtle.importKey('pkcs8', keyOf(authority), ecdsa, false, ['sign']),
      signingAlgorithm: ecdsa,
      extensions: [
        new peculiar.SubjectAlternativeNameExtension([{ type: 'dns', value: 'fe.contoso.example' }]),
        new peculiar.AuthorityInfoAccessExtension({ ocsp: `http://${host}:${port}/` }),
        ...(crlUrl === undefined ? [] : [new peculiar.CRLDistributionPointsExtension([crlUrl])]),
      ],
    },
    webcrypto as never,
  );
  return { certificates: [new Uint8Array(certificate.rawData)] };
}

function keyOf({ keyPem }: TestAuthority): Buffer {
  return createPrivateKey(keyPem).export({ format: 'der', type: 'pkcs8' });
}

function respond(
  request: Buffer,
  status: OcspCertStatus,
  thisUpdate = Date.now() - 60_000,
  by = authority,
): Uint8Array {
  const question = decodeOcspRequest(request);
  const issuer = decodeCertificate(new X509Certificate(by.certificatePem).raw);
  if (!question.ok || !issuer.ok) throw new Error('the request cannot be read');
  const tbs = encodeTbsOcspResponse({
    responderId: { type: 'name', name: issuer.value.subject },
    producedAt: thisUpdate,
    responses: question.value.requests.map(({ certId }) => ({
      certId,
      status,
      thisUpdate,
      nextUpdate: thisUpdate + 4 * hourMs,
    })),
  });
  return encodeOcspResponse(tbs, {
    signatureAlgorithm: createAlgorithm(oids.ecdsaWithSHA256),
    signature: sign('sha256', tbs, by.keyPem),
  });
}

function verdictOf(made: RevocationFetcher, presented: PresentedChain, now = Date.now()) {
  const question: Question = {
    now,
    link: { name: 'test', direction: 'outbound', interface: 'external', purpose: 'server' },
    identity: { mode: 'host', name: 'fe.contoso.example' },
    authorise: () => ({ ok: true }),
  };
  const verdict = createJudge({ anchors, revocation: () => made.store.current }).judge(presented, question);
  return verdict.trusted ? 'trusted' : verdict.rejection.reason;
}

describe('fetching OCSP responses', () => {
  it('turns revocation-unknown into trust for a certificate that names a responder', async () => {
    const made = await fetcher();
    const presented = await leaf();
    expect(verdictOf(made, presented)).toBe('revocation-unknown');
    await made.prepare(presented, anchors, Date.now());
    expect(verdictOf(made, presented)).toBe('trusted');
    await made.prepare(presented, anchors, Date.now());
    expect(asked).toHaveLength(1);
  });

  it('learns that a certificate is revoked', async () => {
    answer = (request) => respond(request, { state: 'revoked', revocationTime: Date.now() - hourMs });
    const made = await fetcher();
    const presented = await leaf();
    await made.prepare(presented, anchors, Date.now());
    expect(verdictOf(made, presented)).toBe('revoked');
  });

  it('asks the responder where the CRL that is named too cannot be had', async () => {
    const made = await fetcher();
    const presented = await leaf('http://crl.contoso.example/absent.crl');
    await made.prepare(presented, anchors, Date.now());
    expect(verdictOf(made, presented)).toBe('trusted');
    expect(made.failures.get('http://crl.contoso.example/absent.crl')).toMatch(/not listed/);
  });

  it('gives the judge nothing to believe where an outsider has signed', async () => {
    const outsider = await createTestAuthority('Contoso Root');
    answer = (request) => respond(request, { state: 'good' }, undefined, outsider);
    const made = await fetcher();
    const presented = await leaf();
    await made.prepare(presented, anchors, Date.now());
    expect(verdictOf(made, presented)).toBe('revocation-unknown');
  });

  it.each<[string, RegExp, () => Uint8Array]>([
    ['what is no response', /not an OCSP response/, () => Buffer.from('<html>')],
    ['an error of the responder', /answered unauthorized/, () => encodeOcspError('unauthorized')],
  ])('takes in nothing of %s', async (_, why, given) => {
    answer = given;
    const made = await fetcher();
    await made.prepare(await leaf(), anchors, Date.now());
    expect(made.store.current.ocspResponses).toEqual([]);
    expect([...made.failures.values()]).toEqual([expect.stringMatching(why)]);
  });

  it('takes in no answer older than the one it knows, and asks again before that one ends', async () => {
    let now = Date.now();
    answer = (request) => respond(request, { state: 'good' }, now);
    const made = await fetcher(() => now);
    const presented = await leaf();
    await made.prepare(presented, anchors, now);
    const [first] = made.store.current.ocspResponses ?? [];
    now += 3 * hourMs + 1;
    const older = now - 20 * hourMs;
    answer = (request) => respond(request, { state: 'good' }, older);
    await made.refresh();
    expect(made.store.current.ocspResponses).toEqual([first]);
    now += hourMs / 2;
    answer = (request) => respond(request, { state: 'good' }, now);
    await made.refresh();
    expect(made.store.current.ocspResponses).not.toEqual([first]);
    expect(asked).toHaveLength(3);
    expect(verdictOf(made, presented, now + hourMs)).toBe('trusted');
  });

  it('refuses an answer that neither the issuer nor its OCSP signer has signed, and keeps the valid one', async () => {
    const now = Date.now();
    let time = now;
    const made = await fetcher(() => time);
    const presented = await leaf();
    await made.prepare(presented, anchors, now);
    const [first] = made.store.current.ocspResponses ?? [];
    const outsider = await createTestAuthority('Contoso Root');
    // A date far ahead would lock every true answer out as older.
    answer = (request) => respond(request, { state: 'good' }, now + 1000 * hourMs, outsider);
    time += 4 * hourMs;
    await made.refresh();
    expect(made.store.current.ocspResponses).toEqual([first]);
    expect([...made.failures.values()]).toEqual([expect.stringMatching(/neither the issuer nor a signer/)]);
  });

  it('knows after a restart what it has kept on disk, and asks again when that ends', async () => {
    const cacheDirectory = await mkdtemp(join(tmpdir(), 'entente-ocsp-'));
    closers.push(() => rm(cacheDirectory, { recursive: true }));
    const presented = await leaf();
    let now = Date.now();
    await (await fetcher(() => now, cacheDirectory)).prepare(presented, anchors, now);
    const again = await fetcher(() => now, cacheDirectory);
    expect(verdictOf(again, presented)).toBe('trusted');
    await again.prepare(presented, anchors, now);
    expect(asked).toHaveLength(1);
    now += 3 * hourMs + 1;
    answer = (request) => respond(request, { state: 'good' }, now);
    await again.refresh();
    expect(asked).toHaveLength(2);
    expect(verdictOf(again, presented, now + hourMs)).toBe('trusted');
  });

  it('takes nothing from disk that is no answer to its question', async () => {
    const cacheDirectory = await mkdtemp(join(tmpdir(), 'entente-ocsp-'));
    closers.push(() => rm(cacheDirectory, { recursive: true }));
    await (await fetcher(Date.now, cacheDirectory)).prepare(await leaf(), anchors, Date.now());
    const [file] = await readdir(cacheDirectory);
    const path = join(cacheDirectory, file!);
    const kept = await readFile(path);
    await writeFile(path, kept.subarray(0, kept.length - 1));
    expect((await fetcher(Date.now, cacheDirectory)).store.current.ocspResponses).toEqual([]);
    await writeFile(join(cacheDirectory, `${'0'.repeat(64)}.ocsp`), kept);
    await rm(path);
    expect((await fetcher(Date.now, cacheDirectory)).store.current.ocspResponses).toEqual([]);
  });
});
