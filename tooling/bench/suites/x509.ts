import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, sign, verify, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as x509 from '@entente/x509';
import { type BenchOptions, type BenchOutcome, type BenchSuite, measured } from '../suite.ts';

/**
 * What reading a certificate costs beside verifying its signature (the warm verdict has a fifth of that for everything),
 * and what a CRL of a million entries costs its authority and a member.
 */
export const suite: BenchSuite = { name: 'x509', run };

function run({ seconds, short, log }: BenchOptions): BenchOutcome {
  const invalid: string[] = [];
  const { der, tbs, signature, publicKey } = leaf();
  const each = Math.max(0.05, seconds / 8);
  const rounds = short ? 2 : 6;
  const costs = { decode: 0, verdict: 0, verify: 0, node: 0 };
  for (let round = 0; round < rounds; round++) {
    costs.decode += micros(each, () => {
      if (!x509.decodeCertificate(der).ok) invalid.push('the leaf was refused');
    });
    costs.verdict += micros(each, () => readForVerdict(der));
    costs.verify += micros(each, () => {
      if (!verify('sha256', tbs, publicKey, signature)) invalid.push('the signature does not verify');
    });
    costs.node += micros(each, () => new X509Certificate(der));
  }
  const cost = (name: keyof typeof costs): number => costs[name] / rounds;
  log(`decode ${cost('decode').toFixed(2)} µs, with all a verdict reads ${cost('verdict').toFixed(2)} µs`);
  log(`verify ${cost('verify').toFixed(1)} µs, node:crypto X509Certificate ${cost('node').toFixed(1)} µs`);

  const count = short ? 100_000 : 1_000_000;
  const { written, read } = writeAndRead(count);
  log(
    `${count} entries: ${written.seconds!.toFixed(2)} s to write, ${read.seconds!.toFixed(2)} s to load and index`,
  );
  const against = { what: 'bare node:crypto verify, same run', value: cost('verify') };
  return {
    results: [
      measured('leaf certificate decoded and checked', cost('decode'), 'µs', {
        against: { what: 'node:crypto X509Certificate, same run', value: cost('node') },
        aim: { ratioAtMost: 0.2 },
      }),
      measured('leaf certificate decoded, and every field a verdict asks for', cost('verdict'), 'µs', {
        against,
        aim: { ratioAtMost: 0.1 },
      }),
      measured(`CRL of ${count} entries encoded`, written.seconds!, 's', { aim: { atMost: 3 } }),
      measured('the same, largest resident memory', written.maxRssMegabytes!, 'MB', { aim: { atMost: 200 } }),
      measured(`CRL of ${count} entries loaded and indexed`, read.seconds!, 's', { aim: { atMost: 2 } }),
      measured('the same, largest resident memory', read.maxRssMegabytes!, 'MB', { aim: { atMost: 200 } }),
      measured('lookups in it', read.lookupsPerSecond!, '/s', { aim: { atLeast: 1_000_000 } }),
    ],
    invalid: [...new Set(invalid)],
  };
}

/** A server leaf as an enterprise CA issues it. */
function leaf() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { oids } = x509;
  const algorithm = x509.createAlgorithm(oids.ecdsaWithSHA256);
  const now = Date.now();
  const uri = (value: string): x509.GeneralName => ({ type: 'uri', value });
  const tbs = x509.encodeTbsCertificate({
    serialNumber: new Uint8Array(20).fill(0x41),
    signatureAlgorithm: algorithm,
    issuer: x509.createName([
      { oid: oids.organizationName, value: 'Contoso' },
      { oid: oids.commonName, value: 'Contoso Issuing CA' },
    ]),
    subject: x509.createName([{ oid: oids.commonName, value: 'fe1.contoso.example' }]),
    notBefore: now,
    notAfter: now + 7 * 86_400_000,
    publicKey: { der: publicKey.export({ format: 'der', type: 'spki' }) },
    extensions: [
      x509.basicConstraintsExtension({ cA: false }),
      x509.keyUsageExtension({ digitalSignature: true }),
      x509.extKeyUsageExtension([oids.serverAuth, oids.clientAuth]),
      x509.subjectAltNameExtension([
        { type: 'dns', value: 'fe1.contoso.example' },
        { type: 'dns', value: 'pool1.contoso.example' },
        uri('sip:fe1.contoso.example'),
        uri('sip:pool1.contoso.example'),
      ]),
      x509.subjectKeyIdExtension(new Uint8Array(20).fill(1)),
      x509.authorityKeyIdExtension({ keyId: new Uint8Array(20).fill(2) }),
      x509.crlDistributionPointsExtension([
        { name: { type: 'full', names: [uri('http://pki.contoso.example/crl/1/0.crl')] } },
      ]),
      x509.authorityInfoAccessExtension([
        { method: oids.ocsp, location: uri('http://pki.contoso.example/ocsp') },
      ]),
    ],
  });
  const signature = sign('sha256', tbs, privateKey);
  return { der: x509.encodeCertificate(tbs, algorithm, signature), tbs, signature, publicKey };
}

function readForVerdict(der: Uint8Array): number {
  const decoded = x509.decodeCertificate(der);
  if (!decoded.ok) return 0;
  const read = decoded.value;
  const asked = [
    read.basicConstraints,
    read.keyUsage,
    read.extKeyUsage,
    read.subjectAltName,
    read.nameConstraints,
    read.certificatePolicies,
    read.crlDistributionPoints,
    read.authorityKeyId,
    read.unknownCritical,
    read.signatureAlgorithm.oid,
    read.publicKey.kind,
    read.serialHex,
    read.issuer.der,
    read.tbs,
    read.signature,
    read.notBefore,
    read.notAfter,
  ];
  return asked.length;
}

/** Mean microseconds of one call, over `seconds`. */
function micros(seconds: number, call: () => unknown): number {
  for (let i = 0; i < 200; i++) call();
  const start = process.hrtime.bigint();
  const end = start + BigInt(Math.round(seconds * 1e9));
  let calls = 0;
  let now = start;
  while (now < end) {
    for (let i = 0; i < 20; i++) call();
    calls += 20;
    now = process.hrtime.bigint();
  }
  return Number(now - start) / 1000 / calls;
}

/** Writes a CRL of `count` entries and reads it, each in a process of its own. */
function writeAndRead(count: number): { written: Record<string, number>; read: Record<string, number> } {
  const folder = mkdtempSync(join(tmpdir(), 'entente-crl-'));
  try {
    const file = join(folder, 'many.crl');
    return { written: inProcess('write', file, count), read: inProcess('read', file, count) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function inProcess(action: 'write' | 'read', file: string, count: number): Record<string, number> {
  const script = fileURLToPath(new URL('../x509/million-entries.ts', import.meta.url));
  const flags = ['--conditions=@entente/source', '--import', 'tsx'];
  const output = execFileSync(process.execPath, [...flags, script, action, file, String(count)], {
    encoding: 'utf8',
  });
  return JSON.parse(output) as Record<string, number>;
}
