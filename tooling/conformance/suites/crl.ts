import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { certificateStatus, profiles } from '@entente/trust';
import { decodeCertificate, decodeCrl, decodePem } from '@entente/x509';
import {
  type ConformanceCase,
  type ConformanceSuite,
  folderWith,
  type LedgerEntry,
  tally,
  withoutVectors,
} from '../suite.ts';

/** BoringSSL's CRL cases under the profile `crl`: one CRL, one certificate, the issuer given. */
export const suite: ConformanceSuite = {
  name: 'crl',
  needs: [],
  run({ vectors, log }) {
    const folder = folderWith('cases.json', vectors, 'crl-boringssl');
    if (folder === undefined) return withoutVectors('crl', 'a folder with cases.json and cases');
    log(`crl: profile crl ${JSON.stringify(profiles.crl)}`);
    const kit = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as CrlKit;
    const cases = kit.cases.map((one) => run(one, folder, Date.parse(kit.verifyTime)));
    return tally('crl', cases, ledger);
  },
};

interface CrlKit {
  readonly verifyTime: string;
  readonly cases: readonly { readonly id: string; readonly file: string; readonly expected: string }[];
}

const ledger: readonly LedgerEntry[] = [
  {
    id: 'bad_crldp_has_crlissuer',
    expected: 'unknown',
    actual: 'good',
    reason:
      'BoringSSL does not read cRLIssuer. The distribution point that names one has no CRL here, but the certificate’s own issuer has published a complete CRL, which RFC 5280 §6.3.3 lets a validator use beside distribution points.',
  },
  {
    id: 'bad_idp_indirectcrl',
    expected: 'unknown',
    actual: 'good',
    reason:
      'BoringSSL does not read indirect CRLs. This one is signed by the certificate’s own issuer and its distribution point matches, so RFC 5280 §6.3.3 (b) lets it speak; the entries are matched by certificate issuer.',
  },
];

function run({ id, file, expected }: CrlKit['cases'][number], folder: string, now: number): ConformanceCase {
  return { id, expected, actual: statusOf(join(folder, file), now) };
}

function statusOf(file: string, now: number): string {
  const blocks = decodePem(readFileSync(file));
  if (!blocks.ok) throw new Error(`expected PEM in ${file}, found: ${blocks.error.message}`);
  const block = (label: string): Uint8Array | undefined =>
    blocks.value.find((one) => one.label === label)?.der;
  const certificates = ['CERTIFICATE', 'CA CERTIFICATE', 'CA CERTIFICATE 2'].flatMap((label) => {
    const der = block(label);
    if (der === undefined) return [];
    const decoded = decodeCertificate(der);
    if (!decoded.ok)
      throw new Error(`expected a readable ${label} in ${file}, found: ${decoded.error.message}`);
    return [decoded.value];
  });
  const [certificate, issuer, ...above] = certificates;
  if (certificate === undefined || issuer === undefined)
    throw new Error(`expected a certificate and its issuer in ${file}`);
  const crl = decodeCrl(block('CRL')!);
  const { status } = certificateStatus({
    certificate,
    issuers: [issuer, ...above],
    now,
    knowledge: { crls: crl.ok ? [crl.value] : [] },
    policy: profiles.crl,
  });
  return status === 'stale' ? 'unknown' : status;
}
