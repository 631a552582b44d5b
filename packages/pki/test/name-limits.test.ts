import { createPrivateKey, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certifyIssuing, createIssuer, issuingName } from '@entente/pki';
import { keySigner, openAuthority } from '@entente/pki/node';

import { type Certificate, decodeCertificate, decodePemCertificates } from '@entente/x509';
import { afterAll, beforeAll, expect, it } from 'vitest';

let directory: string;
let root: Certificate;
let issuing: Certificate;

const certificateIn = async (file: string): Promise<Certificate> => {
  const read = decodePemCertificates(await readFile(join(directory, file)));
  if (!read.ok || read.value[0] === undefined) throw new Error(`no certificate in ${file}`);
  return read.value[0];
};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'entente-limits-'));
  await using _authority = await openAuthority({ directory, domain: 'contoso.example' });
  root = await certificateIn('root_ca.crt');
  issuing = await certificateIn('intermediate_ca.crt');
});
afterAll(() => rm(directory, { recursive: true, force: true }));

it('a root with limits vouches for mail addresses of its domain alone', () => {
  const mail = root.nameConstraints?.permitted.filter(({ base }) => base.type === 'email');
  expect(mail?.map(({ base }) => base)).toEqual([
    { type: 'email', value: 'contoso.example' },
    { type: 'email', value: '.contoso.example' },
  ]);
});

it('an issuing authority has the limits of its root, for verifiers that read none in an anchor: the first one, and each that follows', async () => {
  expect(root.nameConstraints?.permitted.length).toBeGreaterThan(4);
  expect(issuing.nameConstraints).toEqual(root.nameConstraints);
  const key = createPrivateKey(await readFile(join(directory, 'root_ca.key')));
  const next = decodeCertificate(
    await certifyIssuing({
      root: await createIssuer(root.der, keySigner(key)),
      subject: issuingName('contoso.example', 2),
      publicKey: issuing.publicKey,
      serialNumber: Uint8Array.of(1, ...randomBytes(19)),
      now: Date.now(),
      objectsUrl: 'http://ca.contoso.example',
    }),
  );
  expect(next.ok && next.value.nameConstraints).toEqual(root.nameConstraints);
});
