import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTestAuthority, freePorts, type TestAuthority, type TestCertificate } from '@entente/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runEntente } from '../../../packages/commands/test/command-line.ts';
import { startImpostor } from '../harness/impostor.ts';
import { Opened } from '../harness/opened.ts';
import { type ListServer, startListServer } from './testing/list-server.ts';

const authorityName = 'ca.contoso.example';

describe('the command line of an administrator', () => {
  const opened = new Opened();
  let lists: ListServer;
  let folder: string;
  let ours: TestAuthority;
  let revoked: TestCertificate;
  const issue = (issuer: TestAuthority, name: string) =>
    issuer.issue({ dnsNames: [name], crlUrl: `http://${authorityName}:${lists.port}/ours` });
  beforeAll(async () => {
    lists = opened.use(await startListServer());
    folder = await opened.folder();
    ours = await createTestAuthority('Contoso Test Root');
    revoked = await issue(ours, authorityName);
    lists.publish('/ours', await ours.crl([revoked.serialHex]));
    const alice = await ours.issue({ commonName: 'alice', dnsNames: [], usages: ['clientAuth'] });
    await writeFile(join(folder, 'root.crt'), ours.certificatePem);
    await writeFile(join(folder, 'alice.crt'), alice.chainPem);
    await writeFile(join(folder, 'alice.key'), alice.keyPem, { mode: 0o600 });
  });
  afterAll(() => opened[Symbol.asyncDispose]());

  it.each<[string, string, () => Promise<TestCertificate>]>([
    [
      'an unknown CA',
      'unknown-issuer',
      async () => issue(await createTestAuthority('Another Root'), authorityName),
    ],
    ['another name', 'name-mismatch', () => issue(ours, 'ca9.contoso.example')],
    ['a certificate that was revoked', 'revoked', async () => revoked],
    ['the role of a front end', 'name-mismatch', () => issue(ours, 'fe1.contoso.example')],
  ])('asks nothing of who answers in place of the authority with %s: %s', async (_, reason, certify) => {
    const [port = 0] = await freePorts(1);
    await using impostor = await startImpostor(port, await certify());
    const { status, stderr } = await runEntente(
      `cert list --authority https://${authorityName}:${port} --address 127.0.0.1
        --anchors ${folder}/root.crt --certificate ${folder}/alice.crt --key ${folder}/alice.key`,
    );
    expect(status).not.toBe(0);
    // What is wrong, and what to do about it.
    expect(stderr).toMatch(new RegExp(`: ${reason}: expected .+; .+ \\(ENTENTE_REFUSED\\)`));
    expect(impostor.heard).toEqual([]);
  });
});
