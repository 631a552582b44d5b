import 'reflect-metadata';
import { createPrivateKey, generateKeyPairSync, randomBytes, webcrypto } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
import { type BenchOptions, type BenchOutcome, type BenchSuite, measured } from '../suite.ts';

/**
 * Issuing P-256 certificates on one thread: written, linted and signed; the same from request to ledger; and with the
 * ledger on disk. The ledger on disk with many certificates. Memory for slow readers of a long list. Beside them the generator of @peculiar/x509 with the same names and extensions, in rounds that
 * alternate, so that a busy machine hurts both.
 */
export const suite: BenchSuite = { name: 'pki', run };

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

interface Contestant {
  readonly what: string;
  readonly inFlight: number;
  readonly once: () => Promise<unknown>;
  done: number;
  seconds: number;
}

async function run(options: BenchOptions): Promise<BenchOutcome> {
  const { results, invalid } = await issuing(options);
  const lists = await slowReaders(options);
  return {
    results: [...results, ...(await ledgerSize(options)), ...lists.results],
    invalid: [...invalid, ...lists.invalid],
    skipped: lists.skipped ?? [],
  };
}

async function issuing({ seconds, short, log }: BenchOptions): Promise<BenchOutcome> {
  const { issuer, keys, root } = await authority();
  const folder = await mkdtemp(join(tmpdir(), 'entente-bench-pki-'));
  const memory = createMemoryLedger();
  const file = await openLedger(folder);
  try {
    const request = (await createKeyAndRequest({ subject: names.commonName })).request;
    const decoded = decodeCertificationRequest(request);
    if (!decoded.ok) throw new Error(decoded.error.message);
    const contestants = [
      contestant(
        'written, linted and signed',
        1,
        unstored(issuance(issuer, memory), decoded.value.publicKey),
      ),
      contestant('@peculiar/x509 generator, same run', 1, peculiarOnce(root, keys)),
      contestant('from request to ledger in memory', 1, stored(issuance(issuer, memory), request)),
      contestant('from request to ledger on disk', concurrent, stored(issuance(issuer, file), request)),
    ] as const;
    for (const each of contestants) await measure(each, 0.2);
    for (const each of contestants) Object.assign(each, { done: 0, seconds: 0 });
    const rounds = short ? 1 : 4;
    for (let round = 0; round < rounds; round++) {
      const order = round % 2 === 0 ? contestants : [...contestants].reverse();
      for (const each of order) await measure(each, Math.max(0.3, seconds / rounds));
    }
    for (const each of contestants) log(`${each.what}: ${Math.round(rate(each))}/s`);
    const [bare, generator, inMemory, onDisk] = contestants;
    const signatures = signaturesPerSecond(0.5);
    return {
      results: [
        measured('P-256 certificates issued, unstored', rate(bare), '/s', {
          against: { what: generator.what, value: rate(generator) },
          aim: { atLeast: 5_000 },
        }),
        measured('the same, beside bare signatures', rate(bare), '/s', {
          against: { what: 'node:crypto P-256 signatures, same run', value: signatures },
        }),
        measured('request parsed, possession verified, issued, ledger in memory', rate(inMemory), '/s'),
        measured(`the same, ledger on disk with fsync, ${concurrent} at once`, rate(onDisk), '/s', {
          against: { what: inMemory.what, value: rate(inMemory) },
          aim: { ratioAtLeast: 0.75 },
        }),
      ],
      invalid: [],
    };
  } finally {
    await file[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }
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

function contestant(what: string, inFlight: number, once: () => Promise<unknown>): Contestant {
  return { what, inFlight, once, done: 0, seconds: 0 };
}

async function measure(each: Contestant, forSeconds: number): Promise<void> {
  const begun = performance.now();
  const end = begun + forSeconds * 1_000;
  const worker = async (): Promise<void> => {
    while (performance.now() < end) {
      await each.once();
      each.done++;
    }
  };
  await Promise.all(Array.from({ length: each.inFlight }, worker));
  each.seconds += (performance.now() - begun) / 1_000;
}

function rate({ done, seconds }: Contestant): number {
  return done / seconds;
}

/** The limit: what node:crypto signs when nothing else is done. */
function signaturesPerSecond(forSeconds: number): number {
  const signer = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
  const bytes = randomBytes(700);
  const begun = performance.now();
  let done = 0;
  while (performance.now() - begun < forSeconds * 1_000) {
    signer.sign(bytes);
    done++;
  }
  return done / ((performance.now() - begun) / 1_000);
}
