import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIssuance } from '@entente/pki';
import { createKeyAndRequest } from '@entente/pki/client';
import { createMemoryLedger } from '@entente/pki/ledger';
import { openAuthorityFolder } from '@entente/pki/node';
import { createTestAuthority, type Network } from '@entente/testkit';
import { encodePem } from '@entente/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { administratorOptions } from './administrator-options.ts';
import { answerOf, runEntente } from './command-line.ts';
import { sharedNetwork } from './shared-network.ts';

const server = 'fe1.contoso.example';
let network: Network;
let folder: string;
let options: string;
let stray: string;
let straySerial: string;
let leaf: string;

beforeAll(async () => {
  network = await sharedNetwork();
  folder = await mkdtemp(join(tmpdir(), 'entente-foreign-'));
  options = administratorOptions(network);
  leaf = join(network.directory, server, 'tls.crt');
  stray = join(folder, 'stray.crt');
  straySerial = await issueUnrecorded();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What an authority has issued after the backup from which it was restored. @returns its serial number */
async function issueUnrecorded(): Promise<string> {
  const opened = await openAuthorityFolder(join(network.directory, 'authority'), async () =>
    createMemoryLedger(),
  );
  const names = { commonName: server, dnsNames: [server], uris: [`sip:${server}`] };
  const issuance = createIssuance({
    issuer: opened.issuer,
    anchors: opened.roots,
    throwAway: opened.throwAway,
    ledger: opened.ledger,
    mayIssue: () => ({ ok: true, names }),
    clock: Date.now,
    random: randomBytes,
    objectsUrl: 'http://ca.contoso.example',
  });
  const { request } = await createKeyAndRequest({ subject: server });
  const outcome = await issuance.issue(
    { profile: 'server', subject: server, request },
    { kind: 'server', server, serialHex: '01' },
  );
  if (!outcome.ok) throw new Error(outcome.refusal.message);
  await writeFile(stray, outcome.certificate.der);
  await writeFile(join(folder, 'request.csr'), encodePem('CERTIFICATE REQUEST', request));
  return outcome.certificate.serialHex;
}

describe('entente cert revoke --file', () => {
  it('revokes a certificate that the authority has no record of, and says so before', async () => {
    const dry = await runEntente(`cert revoke --file ${stray} --dry-run ${options}`);
    expect(dry.stdout).toContain(
      `${straySerial}  ${server}, of which the authority has no record, valid until`,
    );
    const { json, status } = await answerOf(`cert revoke --file ${stray} --yes ${options}`);
    expect({ json, status }).toMatchObject({ status: 0, json: { serials: [straySerial] } });
  });

  it('is the same as by serial number for one that it has on record', async () => {
    const { json } = await answerOf(`cert revoke --file ${leaf} --dry-run ${options}`);
    expect(json).toMatchObject({ revoked: false, serials: [json.serial] });
  });

  it('is refused for a certificate of another network, and for what is none', async () => {
    const other = await createTestAuthority('Fabrikam Root');
    const { chainPem } = await other.issue({ dnsNames: [server] });
    const file = join(folder, 'other.crt');
    await writeFile(file, chainPem);
    const refused = await answerOf(`cert revoke --file ${file} --yes ${options}`);
    expect(refused).toMatchObject({ status: 1, json: { refusal: { reason: 'certificate-unknown' } } });
    await writeFile(file, 'no certificate');
    const none = await runEntente(`cert revoke --file ${file} --yes ${options}`);
    expect(none).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('ENTENTE_CERTIFICATE_UNREADABLE'),
    });
    const both = await runEntente(`cert revoke --file ${leaf} --server ${server} ${options}`);
    expect(both).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--serial, --server and --file'),
    });
  });
});

describe('a certificate that was never issued', () => {
  it('is named in the answer for programs, with what to do: nothing is revoked or listed without a reason', async () => {
    for (const verb of ['cert revoke --yes', 'cert list']) {
      const { json, status } = await answerOf(`${verb} --server nope.contoso.example ${options}`);
      const message = expect.stringContaining('no certificate of nope.contoso.example was ever issued');
      expect({ json, status }).toMatchObject({ status: 1, json: { ok: false, refusal: { message } } });
      expect(json.refusal).toMatchObject({ remedy: expect.stringContaining('entente cert list') });
    }
  });

  it.each(['cert revoke --yes --serial', 'cert show', 'cert release'])(
    'leads to the list of all where %s names its serial number',
    async (verb) => {
      const { json, status } = await answerOf(`${verb} 1234 ${options}`);
      const remedy = expect.stringContaining('entente cert list --all');
      expect({ json, status }).toMatchObject({ status: 1, json: { refusal: { remedy } } });
    },
  );
});

describe('entente cert block-key', () => {
  it('blocks the key of a certificate, and names what is still valid with it', async () => {
    const { json, status } = await answerOf(`cert block-key --file ${leaf} --yes ${options}`);
    expect({ json, status }).toMatchObject({
      status: 0,
      json: { blocked: true, reason: 'keyCompromise', valid: [{ subject: server }] },
    });
    expect(JSON.stringify(json.next)).toContain('entente cert revoke --serial');
    const again = await runEntente(`cert block-key --file ${leaf} --yes ${options}`);
    expect(again).toMatchObject({ status: 0, stdout: expect.stringContaining('was blocked before') });
  });

  it('blocks the key of a request: no certificate is issued for it', async () => {
    const csr = join(folder, 'request.csr');
    expect((await answerOf(`cert block-key --csr ${csr} --yes ${options}`)).status).toBe(0);
    const issued = await answerOf(
      `cert issue --csr ${csr} --server ${server} --output ${join(folder, 'new.crt')} ${options}`,
    );
    expect(issued).toMatchObject({ status: 1, json: { refusal: { reason: 'key-compromised' } } });
  });

  it('asks first, and takes one key', async () => {
    const asked = await runEntente(`cert block-key --file ${leaf} ${options}`);
    expect(asked).toMatchObject({ status: 2, stderr: expect.stringContaining('ENTENTE_NOT_CONFIRMED') });
    const none = await runEntente(`cert block-key --yes ${options}`);
    expect(none).toMatchObject({ status: 2, stderr: expect.stringContaining('--file or --csr') });
  });
});
