import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { certificateStatus, profiles } from '@entente/trust';
import { decodeCertificate, decodePem } from '@entente/x509';
import {
  type ConformanceCase,
  type ConformanceSuite,
  folderWith,
  type LedgerEntry,
  tally,
  withoutVectors,
} from '../suite.ts';

/** BoringSSL's OCSP cases under the profile `ocsp`: one response, one certificate, the issuer given. */
export const suite: ConformanceSuite = {
  name: 'ocsp',
  needs: [],
  run({ vectors, log }) {
    const folder = folderWith('cases.json', vectors, 'ocsp/boringssl', 'boringssl');
    if (folder === undefined) return withoutVectors('ocsp', 'a folder with cases.json and cases');
    log(`ocsp: profile ocsp ${JSON.stringify(profiles.ocsp)}`);
    const kit = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as OcspKit;
    const cases = kit.cases.map((one) => run(one, folder, Date.parse(kit.verifyTime)));
    return tally('ocsp', cases, ledger);
  },
};

interface OcspKit {
  readonly verifyTime: string;
  readonly cases: readonly {
    readonly id: string;
    readonly file: string;
    readonly response: string;
    readonly expectedStatus: string;
  }[];
}

const ledger: readonly LedgerEntry[] = [
  {
    id: 'good_response_invalid_serial',
    expected: 'good',
    actual: 'a certificate that is not DER',
    reason:
      'The serial number of the certificate has a superfluous leading octet, which X.690 §8.3.2 forbids; a strict reader refuses the certificate before anybody asks about its status.',
  },
];

function run(one: OcspKit['cases'][number], folder: string, now: number): ConformanceCase {
  return { id: one.id, expected: one.expectedStatus, actual: statusOf(one, folder, now) };
}

function statusOf(one: OcspKit['cases'][number], folder: string, now: number): string {
  const blocks = decodePem(readFileSync(join(folder, one.file)));
  if (!blocks.ok) throw new Error(`expected PEM in ${one.file}, found: ${blocks.error.message}`);
  const certificate = read('CERTIFICATE');
  const issuer = read('CA CERTIFICATE');
  if (certificate === undefined || issuer === undefined) return 'a certificate that is not DER';
  const { status } = certificateStatus({
    certificate,
    issuers: [issuer],
    now,
    knowledge: { crls: [], ocspResponses: [readFileSync(join(folder, one.response))] },
    policy: profiles.ocsp,
  });
  return status === 'stale' ? 'unknown' : status;

  function read(label: string) {
    const block = blocks.ok ? blocks.value.find((found) => found.label === label) : undefined;
    if (block === undefined) throw new Error(`expected a block ${label} in ${one.file}`);
    const decoded = decodeCertificate(block.der);
    return decoded.ok ? decoded.value : undefined;
  }
}
