import 'reflect-metadata';
import { createPrivateKey, generateKeyPairSync, randomBytes, webcrypto } from 'node:crypto';
import {
  createIssuance,
  createIssuer,
  createRootAuthority,
  drawSerialNumber,
  type Issuance,
  type Issuer,
  type LeafKey,
} from '@entente/pki';
import { createKeyAndRequest } from '@entente/pki/client';
import { createMemoryLedger, type Ledger } from '@entente/pki/ledger';
import { keySigner, throwAwaySigner } from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import { decodeCertificationRequest } from '@entente/x509';
import * as peculiar from '@peculiar/x509';
import { ledgerSize } from '../ledger/ledger-size.ts';
import { slowReaders } from '../lists/slow-readers.ts';
import { type Bench, type BenchSuite, temporaryFolder } from '../suite.ts';
import { inTurn } from '../turns.ts';

/**
 * Issuing P-256 certificates on one thread: written, linted and signed; the same from request to ledger; and with the
 * ledger on disk. The ledger on disk with many certificates. Memory for slow readers of a long list. Beside them the generator of @peculiar/x509 with the same names and extensions, in rounds that
 * alternate, so that a busy machine hurts both.
 */
export const suite: BenchSuite = { name: 'pki', measure };

const names = {
  commonName: 'fe01.contoso.example',
  dnsNames: ['fe01.contoso.example', 'pool01.contoso.example', 'sip.contoso.example', 'contoso.example'],
  uris: [
    'sip:fe01.contoso.example',
    'sip:pool01.contoso.example',
    'sip:sip.contoso.example',
    'sip:contoso.example',
  ],
};
const objectsUrl = 'http://ca.contoso.example';
/** Requests that are under way at once when they are stored: what many joining servers look like to the ledger. */
const concurrent = 64;

async function measure(bench: Bench): Promise<void> {
  await issuing(bench);
  await ledgerSize(bench);
  await slowReaders(bench);
}

async function issuing(bench: Bench): Promise<void> {
  const { log, seconds, short } = bench;
  const { issuer, keys, root } = await authority();
  await using folder = await temporaryFolder('bench-pki');
  const memory = createMemoryLedger();
  await using file = await openLedger(folder.path);
  const request = (await createKeyAndRequest({ subject: names.commonName })).request;
  const decoded = decodeCertificationRequest(request);
  if (!decoded.ok) throw new Error(decoded.error.message);
  const bare = new Contestant(1, unstored(issuance(issuer, memory), decoded.value.publicKey));
  const generator = new Contestant(1, peculiarOnce(root, keys));
  const inMemory = new Contestant(1, stored(issuance(issuer, memory), request));
  const onDisk = new Contestant(concurrent, stored(issuance(issuer, file), request));
  const contestants = {
    'written, linted and signed': bare,
    '@peculiar/x509 generator, same run': generator,
    'from request to ledger in memory': inMemory,
    'from request to ledger on disk': onDisk,
  };
  const all = Object.values(contestants);
  for (const each of all) await each.run(0.2);
  for (const each of all) each.reset();
  const rounds = short ? 1 : 4;
  for (let round = 0; round < rounds; round++)
    for (const each of inTurn(all, round)) await each.run(Math.max(0.3, seconds / rounds));
  for (const [what, each] of Object.entries(contestants)) log(`${what}: ${Math.round(each.rate)}/s`);
  bench.figure('P-256 certificates issued, unstored', bare.rate, '/s', {
    against: { what: '@peculiar/x509 generator, same run', value: generator.rate },
    aim: { atLeast: 5_000 },
  });
  bench.figure('the same, beside bare signatures', bare.rate, '/s', {
    against: { what: 'node:crypto P-256 signatures, same run', value: await signaturesPerSecond(0.5) },
  });
  bench.figure('request parsed, possession verified, issued, ledger in memory', inMemory.rate, '/s');
  bench.figure(`the same, ledger on disk with fsync, ${concurrent} at once`, onDisk.rate, '/s', {
    against: { what: 'from request to ledger in memory', value: inMemory.rate },
    aim: { ratioAtLeast: 0.75 },
  });
}

async function authority() {
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ]);
  const root = await createRootAuthority({
    name: { commonName: 'Contoso Root CA' },
    keys,
    crypto: webcrypto as webcrypto.Crypto,
    serialNumber: drawSerialNumber(randomBytes),
    now: Date.now(),
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const signer = keySigner(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }));
  return { issuer: await createIssuer(root, signer), keys, root: new peculiar.X509Certificate(root) };
}

const throwAway = await throwAwaySigner('ecdsa-with-sha256');

function issuance(issuer: Issuer, ledger: Ledger): Issuance {
  return createIssuance({
    issuer,
    anchors: [issuer.certificate],
    throwAway,
    ledger,
    mayIssue: () => ({ ok: true, names }),
    clock: Date.now,
    random: randomBytes,
    objectsUrl,
  });
}

function unstored(from: Issuance, key: LeafKey): () => Promise<unknown> {
  return async () => {
    const leaf = await from.sign('server', names, key);
    if ('reason' in leaf) throw new Error(leaf.message);
  };
}

function stored(from: Issuance, request: Uint8Array): () => Promise<unknown> {
  const requester = { kind: 'server', server: names.commonName, serialHex: '00' } as const;
  return async () => {
    const outcome = await from.issue({ profile: 'server', subject: names.commonName, request }, requester);
    if (!outcome.ok) throw new Error(outcome.refusal.message);
  };
}

function peculiarOnce(root: peculiar.X509Certificate, keys: webcrypto.CryptoKeyPair): () => Promise<unknown> {
  return async () =>
    peculiar.X509CertificateGenerator.create(
      {
        subject: [{ CN: [names.commonName] }],
        issuer: root.subjectName,
        publicKey: keys.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
        serialNumber: randomBytes(20).toString('hex'),
        notBefore: new Date(Date.now() - 600_000),
        notAfter: new Date(Date.now() + 604_800_000),
        extensions: [
          new peculiar.BasicConstraintsExtension(false, undefined, true),
          new peculiar.KeyUsagesExtension(peculiar.KeyUsageFlags.digitalSignature, true),
          new peculiar.ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']),
          new peculiar.SubjectAlternativeNameExtension([
            ...names.dnsNames.map((value) => ({ type: 'dns' as const, value })),
            ...names.uris.map((value) => ({ type: 'url' as const, value })),
          ]),
          await peculiar.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
          await peculiar.AuthorityKeyIdentifierExtension.create(root.publicKey, false, webcrypto),
          new peculiar.CRLDistributionPointsExtension([`${objectsUrl}/crl/0123456789abcdef/0.crl`]),
          new peculiar.AuthorityInfoAccessExtension({
            caIssuers: `${objectsUrl}/issuer/0123456789abcdef.cer`,
          }),
        ],
      },
      webcrypto,
    );
}

/** Something that is done again and again, so many at a time. */
class Contestant {
  readonly #inFlight: number;
  readonly #once: () => unknown;
  #done = 0;
  #seconds = 0;

  constructor(inFlight: number, once: () => unknown) {
    this.#inFlight = inFlight;
    this.#once = once;
  }

  get rate(): number {
    return this.#done / this.#seconds;
  }

  async run(forSeconds: number): Promise<void> {
    const begun = performance.now();
    const end = begun + forSeconds * 1_000;
    const worker = async (): Promise<void> => {
      while (performance.now() < end) {
        await this.#once();
        this.#done++;
      }
    };
    await Promise.all(Array.from({ length: this.#inFlight }, worker));
    this.#seconds += (performance.now() - begun) / 1_000;
  }

  reset(): void {
    this.#done = 0;
    this.#seconds = 0;
  }
}

/** The limit: what node:crypto signs when nothing else is done. */
async function signaturesPerSecond(forSeconds: number): Promise<number> {
  const signer = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
  const bytes = randomBytes(700);
  const signing = new Contestant(1, () => signer.sign(bytes));
  await signing.run(forSeconds);
  return signing.rate;
}
