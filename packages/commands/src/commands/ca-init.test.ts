import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { register } from './ca-init.ts';

let folder: string;
let topology: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-ca-init-'));
  topology = join(folder, 'topology.yaml');
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  const document = {
    format: 'entente-topology/1',
    network: 'contoso.example',
    version: 1,
    issued: '2026-01-15T12:00:00Z',
    administrators: { required: 1, keys: [{ id: 'alice', algorithm: 'ES256', publicKey: key }] },
    domains: [{ name: 'contoso.example' }],
    servers: [{ fqdn: 'ca.contoso.example', role: 'authority' }],
  };
  await writeFile(topology, JSON.stringify(document));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

async function run(...more: string[]): Promise<string> {
  let output = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += String(text);
    return true;
  });
  const program = new Command().exitOverride();
  register(program);
  const base = ['ca', 'init', '--domain', 'contoso.example', '--fqdn', 'ca.contoso.example'];
  const where = ['--directory', join(folder, 'ca'), '--topology', topology];
  const urls = [
    '--https-url',
    'https://ca.contoso.example:8443',
    '--objects-url',
    'http://ca.contoso.example:8080',
  ];
  try {
    await program.parseAsync([...base, ...where, ...urls, ...more], { from: 'user' });
  } finally {
    vi.restoreAllMocks();
  }
  return output;
}

describe('entente ca init', () => {
  it('makes an authority, its configuration and an administrator, and prints one JSON object', async () => {
    const made = JSON.parse(await run('--administrator', 'alice', '--json'));
    expect(made.administrators).toMatchObject([{ name: 'alice' }]);
    const configuration = await readFile(made.configuration, 'utf8');
    expect(configuration).toMatch(/administratorsHash: "?[0-9a-f]{64}"?\n/);
    expect(configuration).toContain('port: 8443');
    expect(configuration).toContain('url: http://ca.contoso.example:8080');
  });

  it('packs administrators as PKCS#12 that openssl opens', async () => {
    const password = join(folder, 'password');
    await writeFile(password, 'correct horse\n');
    const { pkcs12 } = JSON.parse(
      await run('--administrator', 'alice', '--p12-password-file', password, '--json'),
    );
    expect((await stat(pkcs12[0])).mode & 0o777).toBe(0o600);
    const args = ['pkcs12', '-in', pkcs12[0], '-passin', 'pass:correct horse', '-nodes'];
    expect(execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' })).toContain('PRIVATE KEY');
  });

  it('says what to do with the key of the root', async () => {
    expect(await run()).toContain(
      `move ${join(folder, 'ca', 'root_ca.key')} to a place that no network reaches`,
    );
  });

  it('refuses to replace an authority', async () => {
    await run();
    await expect(run()).rejects.toMatchObject({ code: 'ENTENTE_PKI_AUTHORITY_EXISTS' });
  });

  it('refuses plain HTTP for members, with the option and a remedy', async () => {
    await expect(run('--https-url', 'http://ca.contoso.example')).rejects.toMatchObject({
      code: 'ENTENTE_USAGE',
      place: '--https-url',
      remedy: expect.any(String),
    });
  });

  it('names the line of a topology that is not right', async () => {
    await writeFile(topology, 'format: entente-topology/1\nnetwork: 7\n');
    await expect(run()).rejects.toMatchObject({
      code: 'ENTENTE_TOPOLOGY_INVALID',
      place: expect.stringMatching(/topology\.yaml:\d+:\d+$/),
    });
  });
});
