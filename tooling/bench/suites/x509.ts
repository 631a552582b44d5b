import { createPublicKey, verify, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import * as x509 from '@entente/x509';
import { extension, makeLeaf, makeRoot } from '../../../packages/trust/test/making/certificates.ts';
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
  const issuer = makeRoot('Contoso Issuing CA');
  const uri = (value: string) => ({ type: 'uri', value }) as const;
  const whereFrom = [
    x509.crlDistributionPointsExtension([
      { name: { type: 'full', names: [uri('http://pki.contoso.example/crl/1/0.crl')] } },
    ]),
    x509.authorityInfoAccessExtension([
      { method: x509.oids.ocsp, location: uri('http://pki.contoso.example/ocsp') },
    ]),
  ];
  const hosts = ['fe1.contoso.example', 'pool1.contoso.example'];
  const { certificate, der } = makeLeaf(
    issuer,
    [...hosts, ...hosts.map((host) => ({ uri: `sip:${host}` }))],
    {
      extensions: whereFrom.map(({ critical, oid, value }) => extension(oid, critical, value)),
    },
  );
  const { signature, tbs } = certificate;
  return { der, tbs, signature, publicKey: createPublicKey(issuer.key) };
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
