import { generateKeyPairSync, sign, verify, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import * as x509 from '@entente/x509';
import { askOnce } from '../process/child.ts';
import { type Bench, type BenchSuite, temporaryFolder } from '../suite.ts';
import { microsInTurns } from '../turns.ts';
import type { EntriesOrder, EntriesUsage } from '../x509/million-entries.ts';

/**
 * What reading a certificate costs beside verifying its signature (the warm verdict has a fifth of that for everything),
 * and what a CRL of a million entries costs its authority and a member.
 */
export const suite: BenchSuite = { name: 'x509', measure };

async function measure(bench: Bench): Promise<void> {
  const { log, seconds, short } = bench;
  const { der, tbs, signature, publicKey } = leaf();
  const cost = microsInTurns(
    {
      decode: () => must(x509.decodeCertificate(der).ok, 'the leaf was refused'),
      verdict: () => readForVerdict(der),
      verify: () => must(verify('sha256', tbs, publicKey, signature), 'the signature does not verify'),
      node: () => new X509Certificate(der),
    },
    { seconds: short ? 0.2 : seconds, sliceMs: 20, warmSeconds: 0.1, share: 0.25 },
  );
  log(`decode ${cost.decode.toFixed(2)} µs, with all a verdict reads ${cost.verdict.toFixed(2)} µs`);
  log(`verify ${cost.verify.toFixed(1)} µs, node:crypto X509Certificate ${cost.node.toFixed(1)} µs`);

  const count = short ? 100_000 : 1_000_000;
  await using folder = await temporaryFolder('crl');
  const file = join(folder.path, 'many.crl');
  const inProcess = (action: EntriesOrder['action']): Promise<EntriesUsage> =>
    askOnce(new URL('../x509/million-entries.ts', import.meta.url), { action, file, count }, {});
  const written = await inProcess('write');
  const read = await inProcess('read');
  log(
    `${count} entries: ${written.seconds.toFixed(2)} s to write, ${read.seconds.toFixed(2)} s to load and index`,
  );
  bench.figure('leaf certificate decoded and checked', cost.decode, 'µs', {
    against: { what: 'node:crypto X509Certificate, same run', value: cost.node },
    aim: { ratioAtMost: 0.2 },
  });
  bench.figure('leaf certificate decoded, and every field a verdict asks for', cost.verdict, 'µs', {
    against: { what: 'bare node:crypto verify, same run', value: cost.verify },
    aim: { ratioAtMost: 0.1 },
  });
  for (const [what, usage, atMost] of [
    ['encoded', written, 3],
    ['loaded and indexed', read, 2],
  ] as const) {
    bench.figure(`CRL of ${count} entries ${what}`, usage.seconds, 's', { aim: { atMost } });
    bench.figure('the same, largest resident memory', usage.maxRssMegabytes, 'MB', { aim: { atMost: 200 } });
  }
  bench.figure('lookups in it', read.lookupsPerSecond, '/s', { aim: { atLeast: 1_000_000 } });
}

function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
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
