import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CertificateList, decodeCrl, decodePem } from '@entente/x509';
import { StepLog } from '../calls/step-log.ts';
import { type EveryProfile, type IssuedLeaf, issueEveryProfile } from '../openssl/every-profile.ts';
import { openssl, readListText, withoutZeros } from '../openssl/openssl.ts';
import { bindingSources, excludedSources, zlintReport, zlintSources } from '../openssl/zlint.ts';
import type { InteropScenario } from '../scenario.ts';

/** What others make of the certificates and lists of an authority that runs: openssl believes them as we do, and zlint finds no fault. */
export const scenario: InteropScenario = {
  name: 'openssl',
  needs: [
    { program: 'openssl', package: 'openssl' },
    { program: 'zlint', package: 'zlint' },
  ],
  async run(options) {
    const log = new StepLog(options);
    const directory = await mkdtemp(join(tmpdir(), 'entente-openssl-'));
    try {
      await using issued = await issueEveryProfile(directory);
      await lintSteps(log, issued);
      await log.step('openssl accepts every certificate before it is revoked', () => acceptsAll(issued));
      await log.step('openssl holds every certificate to its purpose', () => holdsToPurpose(issued));
      await listSteps(log, issued);
      await log.step('every certificate is revoked by order', () => revokeAll(issued));
      await log.step('openssl refuses every certificate after it was revoked', () => refusesAll(issued));
      await listSteps(log, issued);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
    return log.steps;
  },
};

async function lintSteps(log: StepLog, { authorities, leaves, own }: EveryProfile): Promise<void> {
  await log.step('each source of rules that zlint has is applied, or left out for a reason', async () => {
    const judged = new Set([...bindingSources, ...Object.keys(excludedSources)]);
    const unjudged = zlintSources().filter((source) => !judged.has(source));
    if (unjudged.length > 0) throw new Error(`nothing says whether ${unjudged.join(', ')} bind us`);
    return `applied: ${bindingSources.join(', ')}; left out: ${Object.keys(excludedSources).join(', ')}`;
  });
  for (const { file, what } of [...authorities, own, ...leaves]) {
    await log.step(`zlint finds no fault in a certificate: ${what}`, async () => {
      return lint(file);
    });
  }
}

/** There is no list of exceptions, because nothing needs one: a finding, be it a warning, is to be fixed in the authority. */
function lint(file: string): string {
  const { findings, passed } = zlintReport(file);
  if (findings.length > 0) throw new Error(findings.map((one) => `${one.result}: ${one.lint}`).join('; '));
  return passed === 1 ? '1 rule passed' : `${passed} rules passed`;
}

async function verify(issued: EveryProfile, leaf: IssuedLeaf, more: readonly string[] = []) {
  const lists = [await issued.list('root'), await issued.list('issuing')];
  return openssl(
    'verify',
    '-x509_strict',
    '-crl_check_all',
    ...lists.flatMap((list) => ['-CRLfile', list]),
    ...['-CAfile', issued.place.ceremony.files.rootCertificate, '-untrusted', leaf.above],
    ...more,
    leaf.file,
  );
}

async function acceptsAll(issued: EveryProfile): Promise<string> {
  const { kept, leaves, own } = issued;
  for (const leaf of [...leaves, kept, own]) await expectAccepted(issued, leaf);
  return `${leaves.length + 2} certificates, strict, with both lists`;
}

async function expectAccepted(issued: EveryProfile, leaf: IssuedLeaf): Promise<void> {
  const host = leaf.host === undefined ? [] : ['-verify_hostname', leaf.host];
  const { ok, output } = await verify(issued, leaf, host);
  if (!ok) throw new Error(`${leaf.what}: ${output.trim()}`);
}

async function holdsToPurpose(issued: EveryProfile): Promise<string> {
  for (const leaf of issued.leaves) {
    for (const purpose of ['sslserver', 'sslclient'] as const) {
      const { ok, output } = await verify(issued, leaf, ['-purpose', purpose]);
      if (ok !== leaf.purposes.includes(purpose))
        throw new Error(`${leaf.what} as ${purpose}: ${output.trim()}`);
    }
  }
  return issued.leaves.map(({ purposes, what }) => `${what}: ${purposes.join(' and ')}`).join('; ');
}

async function revokeAll({ leaves, orders }: EveryProfile): Promise<string> {
  const numbers: unknown[] = [];
  for (const [index, { serialHex, what }] of leaves.entries()) {
    const reason = reasons[index % reasons.length];
    const answer = await orders.post('/revoke', { serial: serialHex, reason });
    if (answer.status !== 200) throw new Error(`${what}: ${JSON.stringify(answer)}`);
    numbers.push(answer.body.crlNumber);
  }
  return `lists ${numbers.join(', ')}`;
}

/** Each has its own text, so that one cannot be taken for another. */
const reasons = ['keyCompromise', 'superseded', 'cessationOfOperation', 'affiliationChanged'] as const;

async function refusesAll(issued: EveryProfile): Promise<string> {
  for (const leaf of issued.leaves) {
    const { ok, output } = await verify(issued, leaf);
    if (ok || !output.includes('certificate revoked')) throw new Error(`${leaf.what}: ${output.trim()}`);
  }
  await expectAccepted(issued, issued.kept);
  return `${issued.leaves.length} times "certificate revoked"; the certificate of another server is accepted as before`;
}

async function listSteps(log: StepLog, issued: EveryProfile): Promise<void> {
  const { issuingCertificate, rootCertificate } = issued.place.ceremony.files;
  const signers = { root: rootCertificate, issuing: issuingCertificate };
  for (const whose of ['root', 'issuing'] as const) {
    await log.step(
      `openssl reads the list of the ${whose} authority as we do, and zlint finds no fault in it`,
      async () => {
        const file = await issued.list(whose);
        // Without this one openssl does not fail for a bad signature, it only says so.
        const signed = openssl('crl', '-in', file, '-noout', '-CAfile', signers[whose]);
        if (!signed.output.includes('verify OK')) throw new Error(signed.output.trim());
        const { output } = openssl(
          ...['crl', '-in', file, '-noout', '-crlnumber', '-lastupdate', '-nextupdate', '-text'],
        );
        const theirs = readListText(output);
        const ours = asRead(await decodedList(file));
        if (JSON.stringify(theirs) !== JSON.stringify(ours))
          throw new Error(`openssl: ${JSON.stringify(theirs)}; we: ${JSON.stringify(ours)}`);
        const passed = lint(file);
        return `number ${theirs.number}, until ${new Date(theirs.nextUpdate).toISOString()}, ${theirs.entries.length} entries; zlint: ${passed}`;
      },
    );
  }
}

async function decodedList(file: string): Promise<CertificateList> {
  const blocks = decodePem(await readFile(file, 'utf8'));
  const decoded = blocks.ok && blocks.value[0] !== undefined ? decodeCrl(blocks.value[0].der) : undefined;
  if (decoded?.ok !== true) throw new Error('we cannot read our own list');
  return decoded.value;
}

/** What we read, in the words of openssl. */
function asRead(list: CertificateList) {
  return {
    number: Number(list.crlNumber),
    thisUpdate: list.thisUpdate,
    nextUpdate: list.nextUpdate,
    entries: [...list.entries()].map(({ reason, revocationDate, serialHex }) => ({
      serial: withoutZeros(serialHex),
      revokedAt: revocationDate,
      reason: reason === undefined ? undefined : reasonTexts[reason],
    })),
  };
}

const reasonTexts: Readonly<Record<string, string>> = {
  keyCompromise: 'Key Compromise',
  superseded: 'Superseded',
  cessationOfOperation: 'Cessation Of Operation',
  affiliationChanged: 'Affiliation Changed',
};
