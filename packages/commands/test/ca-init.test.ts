import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { register } from '../src/commands/ca-init.ts';
import { runVerb } from './command-line.ts';
import { topologyText } from './made-authority.ts';

let folder: string;
let topology: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-ca-init-'));
  topology = join(folder, 'topology.yaml');
  await writeFile(topology, topologyText());
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function run(...more: string[]): Promise<string> {
  const base = ['ca', 'init', '--domain', 'contoso.example', '--fqdn', 'ca.contoso.example'];
  const where = ['--directory', join(folder, 'ca'), '--topology', topology];
  const https = ['--https-url', 'https://ca.contoso.example:8443'];
  const objects = ['--objects-url', 'http://ca.contoso.example:8080'];
  return runVerb(register, [...base, ...where, ...https, ...objects, ...more]);
}

describe('entente ca init', () => {
  it('refuses an administrator whom the topology does not name, at once and before it creates anything', async () => {
    await expect(run('--administrator', 'alice', 'carol')).rejects.toMatchObject({
      code: 'ENTENTE_USAGE',
      place: '--administrator',
      sentence: expect.stringMatching(/\(alice\), found carol$/),
    });
    await expect(stat(join(folder, 'ca'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.each([
    {
      option: '--fqdn',
      name: 'ca2.contoso.example',
      found: /\(ca\.contoso\.example\), found ca2\.contoso\.example$/,
    },
    {
      option: '--domain',
      name: 'fabrikam.example',
      found: /topology\.yaml, contoso\.example, found fabrikam\.example$/,
    },
  ])('refuses a name that the topology does not have, before it creates anything: $option', async (named) => {
    await expect(run(named.option, named.name)).rejects.toMatchObject({
      code: 'ENTENTE_USAGE',
      place: named.option,
      sentence: expect.stringMatching(named.found),
    });
    await expect(stat(join(folder, 'ca'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

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
      `move the root key ${join(folder, 'ca', 'root_ca.key')} to storage that no network reaches`,
    );
  });

  it('listens on this machine only, unless the topology gives it an address or --listen does', async () => {
    const hostOf = async (...more: string[]) => {
      await rm(join(folder, 'ca'), { recursive: true, force: true });
      const made = JSON.parse(await run('--json', ...more));
      const { https, objects } = parse(await readFile(made.configuration, 'utf8'));
      expect([https.host, objects.host]).toEqual([made.listen, made.listen]);
      return made.listen;
    };
    expect(await hostOf()).toBe('127.0.0.1');
    expect(await hostOf('--listen', '::')).toBe('::');
    const document = JSON.parse(await readFile(topology, 'utf8'));
    document.servers[0].interfaces = { internal: { address: '10.0.0.5' } };
    await writeFile(topology, JSON.stringify(document));
    expect(await hostOf()).toBe('10.0.0.5');
    await expect(run('--listen', 'ca.contoso.example')).rejects.toMatchObject({ code: 'ENTENTE_USAGE' });
  });

  it('quotes a path of --as that has spaces, so that it can be pasted', async () => {
    const directory = join(folder, 'my ca');
    expect(await run('--administrator', 'alice', '--directory', directory)).toContain(
      `access          --as '${join(directory, 'administrators', 'alice.yaml')}'`,
    );
  });

  it('writes what --as reads, without a secret and with names relative to it', async () => {
    const { access } = JSON.parse(await run('--administrator', 'alice', '--json'));
    expect(access).toEqual([join(folder, 'ca', 'administrators', 'alice.yaml')]);
    expect(parse(await readFile(access[0], 'utf8'))).toEqual({
      authority: 'https://ca.contoso.example:8443',
      anchors: '../root_ca.crt',
      certificate: 'alice.crt',
      key: 'alice.key',
    });
  });

  it('names the edges of the topology as the places where partners find revocation lists', async () => {
    const document = JSON.parse(await readFile(topology, 'utf8'));
    document.servers.push(
      { fqdn: 'fe1.contoso.example', role: 'front-end' },
      {
        fqdn: 'edge1.contoso.example',
        role: 'edge',
        interfaces: { external: { fqdn: 'access.contoso.example' } },
      },
    );
    await writeFile(topology, JSON.stringify(document));
    const { files } = JSON.parse(await run('--json'));
    expect(files.outsideCertificate).toBeDefined();
    const text = new X509Certificate(await readFile(files.outsideCertificate)).toString();
    expect(Buffer.from(text.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64').toString('latin1')).toContain(
      'http://access.contoso.example/',
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
