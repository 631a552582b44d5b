import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initialiseAuthority, openAuthorityFolder } from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { register } from '../src/commands/ca-administrator.ts';
import { runVerb } from './command-line.ts';

let folder: string;
const config = () => join(folder, 'authority.yaml');
const day = 86_400_000;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-ca-administrator-'));
  const [domain, fqdn] = ['contoso.example', 'ca.contoso.example'];
  const objectsUrl = 'http://ca.contoso.example:18080';
  await initialiseAuthority({
    directory: join(folder, 'ca'),
    domain,
    fqdn,
    objectsUrl,
    now: Date.now() - 80 * day,
    administrators: ['alice'],
    openLedger,
  });
  const https = { host: '10.0.0.5', port: 8443, url: 'https://ca.contoso.example:8443' };
  await writeFile(
    config(),
    stringify({ domain, fqdn, directory: 'ca', https, objects: { port: 18080, url: objectsUrl } }),
  );
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function run(...words: string[]): Promise<Record<string, string>> {
  const line = ['ca', 'administrator', ...words, '--config', config(), '--json'];
  return JSON.parse(await runVerb(register, line));
}

describe('entente ca administrator', () => {
  it('gives an administrator the next certificate, with a new key, and records it in the ledger', async () => {
    const file = join(folder, 'ca/administrators/alice.crt');
    const before = new X509Certificate(await readFile(file));
    const { certificate, key, serial } = await run('alice', '--replace');
    expect(certificate).toBe(file);
    const after = new X509Certificate(await readFile(file));
    expect(after.subjectAltName).toBe(before.subjectAltName);
    expect(after.publicKey.equals(before.publicKey)).toBe(false);
    expect(Date.parse(after.validTo) - Date.parse(before.validTo)).toBeGreaterThan(79 * day);
    expect((await stat(key!)).mode & 0o777).toBe(0o600);
    await using ledger = await openLedger(join(folder, 'ca'));
    const recorded = await ledger.issuedTo('alice', 0);
    expect(recorded.map(({ serialHex }) => serialHex)).toContain(serial);
  });

  it('writes what --as reads, for a new administrator too', async () => {
    const { access } = await run('bob');
    expect(parse(await readFile(access!, 'utf8'))).toEqual({
      authority: 'https://ca.contoso.example:8443',
      address: '10.0.0.5',
      anchors: '../root_ca.crt',
      certificate: 'bob.crt',
      key: 'bob.key',
    });
  });

  it('refuses to replace a certificate unasked, and names that are none', async () => {
    await expect(run('alice')).rejects.toMatchObject({ code: 'ENTENTE_FILE_EXISTS' });
    await expect(run('../alice')).rejects.toMatchObject({ code: 'ENTENTE_USAGE' });
  });

  it('refuses while the authority runs: two may not write one ledger', async () => {
    await using running = await openAuthorityFolder(join(folder, 'ca'), openLedger);
    expect(running.ledger).toBeDefined();
    await expect(run('bob')).rejects.toMatchObject({ code: 'ENTENTE_PKI_LEDGER_LOCKED' });
  });
});
