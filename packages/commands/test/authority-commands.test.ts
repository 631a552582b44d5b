import { generateKeyPairSync } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKeyAndRequest } from '@entente/pki/client';
import { createCredentialRecord } from '@entente/sip';
import type { Network } from '@entente/testkit';
import {
  type AdministratorKey,
  encodeSignedTopology,
  signTopology,
  type TopologyDocument,
  topologyHash,
} from '@entente/topology';
import { encodePem } from '@entente/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { administratorOptions } from './administrator-options.ts';
import { answerOf, runEntente } from './command-line.ts';
import { newestTopology } from './newest-topology.ts';
import { sharedNetwork } from './shared-network.ts';

describe('commands to an authority', () => {
  let network: Network;
  let folder: string;
  let options: string;
  beforeAll(async () => {
    network = await sharedNetwork();
    folder = await mkdtemp(join(tmpdir(), 'entente-authority-commands-'));
    options = administratorOptions(network);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const newestText = () => newestTopology(network);

  it('join-token prints a token for a server of the topology', async () => {
    const { json, status } = await answerOf(`join-token gw1.contoso.example ${options}`);
    expect(status).toBe(0);
    expect(String(json.token)).toMatch(/^entente-join-1\./);
  });

  it('--as names the file that says which authority and who; what is missing is said', async () => {
    const [, authority, anchors, certificate, key] =
      /--authority (\S+) .*--anchors (\S+) --certificate (\S+) --key (\S+)/.exec(options) as RegExpExecArray;
    const file = join(folder, 'administrator.yaml');
    const access = { authority, address: '127.0.0.1', anchors, certificate, key };
    await writeFile(file, stringify(access));
    const line = `join-token gw1.contoso.example --config ${join(folder, 'as.yaml')} --as ${file}`;
    expect((await answerOf(line)).status).toBe(0);
    expect(parse(await readFile(join(folder, 'as.yaml'), 'utf8')).addresses).toEqual({
      [network.organisation.authority.fqdn]: '127.0.0.1',
    });
    const nobody = await runEntente('join-token gw1.contoso.example');
    expect(nobody).toMatchObject({ status: 2, stderr: expect.stringContaining('--authority, --anchors') });
    await writeFile(file, stringify({ ...access, password: 'secret' }));
    const wrong = await runEntente(`join-token gw1.contoso.example --as ${file}`);
    expect(wrong).toMatchObject({ status: 2, stderr: expect.stringContaining('found password') });
  });

  it('join-token writes a configuration that only its owner may read, and replaces none', async () => {
    const file = join(folder, 'gw1.yaml');
    const line = `join-token gw1.contoso.example --config ${file} ${options}`;
    expect((await answerOf(line)).status).toBe(0);
    expect(parse(await readFile(file, 'utf8'))).toMatchObject({ fqdn: 'gw1.contoso.example', join: {} });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const again = await runEntente(line);
    expect(again).toMatchObject({ status: 2 });
    expect(again.stderr).toContain('ENTENTE_FILE_EXISTS');
  });

  it('join-token names the folder that the server has on its machine, beside the configuration where nothing is said', async () => {
    const directoryIn = async (name: string, more: string): Promise<string> => {
      const file = join(folder, name);
      const line = `join-token gw1.contoso.example --replace --config ${file} ${more} ${options}`;
      expect((await answerOf(line)).status).toBe(0);
      return (parse(await readFile(file, 'utf8')) as { directory: string }).directory;
    };
    expect(await directoryIn('beside.yaml', '')).toBe('gw1.contoso.example');
    expect(await directoryIn('elsewhere.yaml', '--directory /var/lib/entente/gw1')).toBe(
      '/var/lib/entente/gw1',
    );
  });

  it('join-token names the program that the role of the server asks for', async () => {
    for (const [server, program] of [
      ['fe1', 'entente-pool-server'],
      ['med1', 'entente-pool-server'],
      ['gw1', 'your own program'],
    ] as const) {
      const file = join(folder, `${server}-role.yaml`);
      const { stdout } = await runEntente(
        `join-token ${server}.contoso.example --replace --config ${file} ${options}`,
      );
      const { users } = parse(await readFile(file, 'utf8')) as { users?: string };
      expect(users, server).toBeUndefined();
      expect(stdout).toContain(`: ${program}`);
      expect(stdout.match(/entente-\w+-server|your own program/g)).toHaveLength(1);
    }
  });

  it('join-token is refused for a server that the topology does not list', async () => {
    const ran = await runEntente(`join-token rogue.contoso.example ${options}`);
    expect(ran.status).toBe(1);
    expect(ran.stdout + ran.stderr).toContain('not-in-topology');
  });

  it('topology publish hands a signed version on; the same under a wrong previous version is refused', async () => {
    const { document } = JSON.parse(await newestText()) as { document: TopologyDocument };
    const version = document.version + 1;
    const next = { ...document, version, previous: topologyHash(document), title: 'second' };
    const file = join(folder, 'topology.signed.json');
    await writeFile(file, encodeSignedTopology(signTopology(next, [network.administrator.signer])));
    const { json, status } = await answerOf(`topology publish ${file} ${options}`);
    expect({ status, version: json.version, effect: json.effect }).toEqual({
      status: 0,
      version,
      effect: 'cosmetic',
    });

    const again = await runEntente(`topology publish ${file} ${options}`);
    expect(again.status).toBe(0);
    expect(again.stdout).toContain(
      `version ${version} of contoso.example was in force before; nothing has changed`,
    );

    const fork = { ...document, version, previous: topologyHash(document), title: 'another second' };
    await writeFile(file, encodeSignedTopology(signTopology(fork, [network.administrator.signer])));
    const ran = await runEntente(`topology publish ${file} ${options}`);
    expect(ran.status).toBe(1);
    expect(ran.stdout + ran.stderr).toContain('forked');
  });

  it('topology publish says that nothing was published where the newest version still needs signatures', async () => {
    const { document } = JSON.parse(await newestText()) as {
      document: TopologyDocument;
    };
    const beside = join(folder, 'pending');
    await mkdir(beside);
    const [signed, pending] = [join(beside, 'topology.signed.json'), join(beside, 'topology.pending.json')];
    await writeFile(signed, await newestText());
    const version = document.version + 1;
    const next = { ...document, version, previous: topologyHash(document), title: 'waiting' };
    await writeFile(pending, encodeSignedTopology(signTopology(next, [network.administrator.signer])));
    const { status, stdout } = await runEntente(`topology publish ${signed} ${options}`);
    expect(status).toBe(1);
    expect(stdout).toMatch(new RegExp(`^Nothing published: version ${version - 1} of contoso\\.example`));
    expect(stdout).toContain(`version ${version}, signed by`);
    expect(stdout).toContain('needs more signatures');
    const { json } = await answerOf(`topology publish ${signed} ${options}`);
    expect(json).toMatchObject({ ok: false, published: false });
  });

  it('topology publish asks before it takes something away, and --dry-run shows it and sends nothing', async () => {
    const { document } = JSON.parse(await newestText()) as {
      document: TopologyDocument;
    };
    const file = join(folder, 'narrowing.json');
    const servers = document.servers.filter(({ fqdn }) => fqdn !== 'gw1.contoso.example');
    const next = { ...document, version: document.version + 1, previous: topologyHash(document), servers };
    await writeFile(file, encodeSignedTopology(signTopology(next, [network.administrator.signer])));
    const unconfirmed = await runEntente(`topology publish ${file} ${options}`);
    expect(unconfirmed).toMatchObject({ status: 2, stderr: expect.stringMatching(/ENTENTE_NOT_CONFIRMED/) });
    const dry = await runEntente(`topology publish ${file} --dry-run ${options}`);
    expect(dry.status).toBe(0);
    expect(dry.stdout).toContain('gw1.contoso.example removed (narrowing change)');
    expect(dry.stdout).toContain('the certificates of gw1.contoso.example are revoked');
    expect(JSON.parse(await newestText()).document.version).toBe(document.version);
    const fork = { ...next, previous: '00'.repeat(32) };
    await writeFile(file, encodeSignedTopology(signTopology(fork, [network.administrator.signer])));
    const refused = await runEntente(`topology publish ${file} --dry-run ${options}`);
    expect(refused.status).toBe(1);
    expect(refused.stdout).toContain('would be refused');
  });

  it('topology status compares the files here with the version in force', async () => {
    const text = await newestText();
    const { document } = JSON.parse(text) as { document: Parameters<typeof topologyHash>[0] };
    const beside = join(folder, 'status');
    await mkdir(beside);
    const [yaml, signed] = [join(beside, 'topology.yaml'), join(beside, 'topology.signed.json')];
    await writeFile(yaml, stringify(document));
    await writeFile(signed, text);
    const status = await runEntente(`topology status ${yaml} ${options}`);
    const { version } = document;
    expect(status).toMatchObject({ status: 0, stderr: '' });
    expect(status.stdout).toMatch(
      new RegExp(`^version ${version} of contoso\\.example is in force, signed by .+ at .+Z\\n`),
    );
    expect(status.stdout).toContain(`${yaml}: no change to version ${version}`);
    expect(status.stdout).toContain(`${signed}: the version in force`);

    const next = {
      ...document,
      version: version + 1,
      previous: topologyHash(document),
      title: 'not published',
    };
    await writeFile(signed, encodeSignedTopology(signTopology(next, [network.administrator.signer])));
    const { json } = await answerOf(`topology status ${yaml} ${options}`);
    expect(json).toMatchObject({
      version,
      files: [
        { name: yaml, state: `1 change to version ${version + 1}, not signed` },
        { name: signed, state: `version ${version + 1}, signed and not published` },
      ],
    });
    expect(String(json.next)).toContain(`entente topology publish ${signed}`);
  });

  it('topology status says how many administrators must sign, who has and who has not', async () => {
    const text = await newestText();
    const { document } = JSON.parse(text) as { document: TopologyDocument };
    const { version } = document;
    const [old] = document.administrators.keys as [AdministratorKey];
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    const bob = { id: 'bob', algorithm: 'ES256' as const, publicKey: spki };
    const beside = join(folder, 'signatures');
    await mkdir(beside);
    const [yaml, waits] = [join(beside, 'topology.yaml'), join(beside, 'topology.pending.json')];
    const next = {
      ...document,
      version: version + 1,
      previous: topologyHash(document),
      administrators: { required: 2, keys: [old, bob] },
    };
    await writeFile(yaml, stringify(next));
    await writeFile(waits, encodeSignedTopology(signTopology(next, [network.administrator.signer])));
    const needed = '1 of the 1 administrators in force and 2 of the 2 new ones must sign';
    const { json } = await answerOf(`topology status ${yaml} ${options}`);
    expect(json).toMatchObject({
      administrators: { required: 1, ids: [old.id] },
      files: [
        { name: yaml, needed },
        { name: waits, needed, signers: [old.id], missing: ['bob'] },
      ],
    });
    const { stdout } = await runEntente(`topology status ${yaml} ${options}`);
    expect(stdout).toContain(`1 of 1 administrator must sign a change that does more than narrow: ${old.id}`);
    expect(stdout).toContain(
      `${waits}: version ${version + 1}, signed by ${old.id}, needs more signatures: ${needed}; not yet signed by bob`,
    );
  });

  it('cert list and cert show say what the authority has issued', async () => {
    const { json, status } = await answerOf(`cert list --server fe2.contoso.example ${options}`);
    expect({ status, count: (json.certificates as object[]).length }).toEqual({ status: 0, count: 1 });
    const [{ serial }] = json.certificates as [{ serial: string }];
    const listed = await runEntente(`cert list --subject fe2.contoso.example ${options}`);
    expect(listed.stdout).toContain(serial);
    expect(listed.stdout).toMatch(/ {2}server {2,}fe2\.contoso\.example .*Z {2}valid\n/);
    const shown = await runEntente(`cert show ${serial.replaceAll(/(..)(?=.)/g, '$1:')} ${options}`);
    expect(shown.status).toBe(0);
    expect(shown.stdout).toContain('server certificate of fe2.contoso.example: valid');
    expect(shown.stdout).toMatch(/names +fe2\.contoso\.example, /);
    const unknown = await runEntente(`cert show 0a ${options}`);
    expect(unknown.status).toBe(1);
    expect(unknown.stdout).toContain('certificate-unknown');
    expect((await runEntente(`cert show fe2.contoso.example ${options}`)).status).toBe(2);
  });

  it.each(['cert list', 'cert revoke --yes'])('%s names the server that may be meant', async (verb) => {
    const { status, stdout } = await runEntente(`${verb} --server fe22.contoso.example ${options}`);
    expect(status).toBe(1);
    expect(stdout).toContain('no certificate of fe22.contoso.example was ever issued');
    expect(stdout).toMatch(/did you mean fe[12]\.contoso\.example\?/);
    const joined = await runEntente(`${verb} --server gw1.contoso.example ${options}`);
    expect(joined).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('it is in the topology and has not joined'),
    });
  });

  it('cert issue certifies the key of other equipment, with the names of the topology alone', async () => {
    const { request } = await createKeyAndRequest({ subject: 'gw1.contoso.example' });
    const [csr, output] = [join(folder, 'gw1.csr'), join(folder, 'gw1.crt')];
    await writeFile(csr, request);
    const line = `cert issue --csr ${csr} --server gw1.contoso.example --output ${output} ${options}`;
    const { json, status } = await answerOf(line);
    expect({ status, names: json.dnsNames }).toEqual({ status: 0, names: ['gw1.contoso.example'] });
    expect((await readFile(output, 'utf8')).match(/BEGIN CERTIFICATE/g)?.length).toBeGreaterThan(1);
    const again = await runEntente(line);
    expect(again).toMatchObject({ status: 2, stderr: expect.stringContaining('ENTENTE_FILE_EXISTS') });
    const later = await answerOf(line.replace('gw1.crt', 'gw1.next'));
    expect([later.status, later.json.serial === json.serial], 'the same request').toEqual([0, false]);
    const rogue = await createKeyAndRequest({ subject: 'fe1.contoso.example' });
    await writeFile(csr, encodePem('CERTIFICATE REQUEST', rogue.request));
    const refused = await runEntente(line.replace('gw1.crt', 'rogue.crt'));
    expect(refused).toMatchObject({ status: 1, stdout: expect.stringContaining('name-not-allowed') });
    await writeFile(csr, 'no request');
    const unreadable = await runEntente(line.replace('gw1.crt', 'rogue.crt'));
    expect(unreadable).toMatchObject({ status: 2, stderr: expect.stringContaining('openssl req -new') });
  });

  it('cert renew replaces the files of the administrator, who goes on with them', async () => {
    const own = join(folder, 'own');
    await mkdir(own);
    const from = /--certificate (\S+)\.crt/.exec(options)?.[1] ?? '';
    for (const end of ['crt', 'key']) await copyFile(`${from}.${end}`, join(own, `alice.${end}`));
    const mine = options
      .replace(/--certificate \S+/, `--certificate ${own}/alice.crt`)
      .replace(/--key \S+/, `--key ${own}/alice.key`);
    const { json, status } = await answerOf(`cert renew ${mine}`);
    expect({ status, name: json.name }).toEqual({ status: 0, name: 'administrator' });
    expect((await stat(join(own, 'alice.key'))).mode & 0o777).toBe(0o600);
    for (const end of ['crt', 'key']) {
      const before = await readFile(join(own, `alice.${end}.before`), 'utf8');
      expect(before).toBe(await readFile(`${from}.${end}`, 'utf8'));
      expect(before).not.toBe(await readFile(join(own, `alice.${end}`), 'utf8'));
    }
    const { json: listed } = await answerOf(`cert list --subject administrator ${mine}`);
    expect(JSON.stringify(listed.certificates)).toContain(String(json.serial));
    const { serial, notAfter } = json.before as { serial: string; notAfter: string };
    expect(Date.parse(notAfter)).toBeGreaterThan(Date.now());
    expect(listed.certificates).toContainEqual(expect.objectContaining({ serial, state: 'valid' }));
    expect(json.next).toContainEqual(expect.stringContaining(`entente cert revoke --serial ${serial}`));
  });

  it('cert revoke asks first, and --dry-run shows what it would revoke and revokes nothing', async () => {
    const line = `cert revoke --server fe2.contoso.example --reason keyCompromise ${options}`;
    const unconfirmed = await runEntente(line);
    expect(unconfirmed).toMatchObject({ status: 2, stderr: expect.stringMatching(/ENTENTE_NOT_CONFIRMED/) });
    expect(unconfirmed.stderr).toContain('revoke 1 certificate, keyCompromise?');
    const { json, status } = await answerOf(`${line} --dry-run`);
    expect({ status, revoked: json.revoked }).toEqual({ status: 0, revoked: false });
    const still = await answerOf(`cert list --server fe2.contoso.example ${options}`);
    expect(still.json.certificates).toMatchObject([
      { serial: (json.serials as string[])[0], state: 'valid' },
    ]);
  });

  it('cert revoke takes a server its certificates away', async () => {
    const { json, status } = await answerOf(
      `cert revoke --server fe2.contoso.example --reason keyCompromise --yes ${options}`,
    );
    expect(status).toBe(0);
    expect(json.serials).toHaveLength(1);
    expect(Number(json.crlNumber)).toBeGreaterThan(1);
    expect(String(json.next)).toContain('entente join-token fe2.contoso.example --config');
    expect((await runEntente(`cert revoke ${options}`)).status).toBe(2);
  });

  it('cert release ends no revocation that is final', async () => {
    const { json } = await answerOf(`cert list --server fe2.contoso.example --all ${options}`);
    const [{ serial }] = json.certificates as [{ serial: string }];
    expect((await runEntente(`cert release ${serial} ${options}`)).status).toBe(1);
    const still = await answerOf(`cert list --server fe2.contoso.example --all ${options}`);
    expect(still.json.certificates).toMatchObject([{ state: 'revoked' }]);
    expect((await runEntente(`cert release gw1 ${options}`)).status).toBe(2);
  });

  it('cert revoke fails where there is nothing to revoke, and names the server', async () => {
    const { json, status } = await answerOf(`cert revoke --server fe9.contoso.example --yes ${options}`);
    expect({ status, ok: json.ok, serials: json.serials }).toEqual({ status: 1, ok: false, serials: [] });
    const again = await runEntente(`cert revoke --server fe2.contoso.example --yes ${options}`);
    expect(again.status).toBe(1);
    expect(again.stdout).toMatch(
      /^Nothing revoked\nno valid certificate of fe2\.contoso\.example: the last one, [0-9a-f]+, was revoked at .+Z: keyCompromise\n/,
    );
  });

  it('an authority that cannot be reached is a fault of usage, with place and remedy', async () => {
    const nobody = options.replace(/:\d+ --address/, ':1 --address');
    const ran = await runEntente(`join-token gw1.contoso.example ${nobody}`);
    expect(ran.status).toBe(2);
    expect(ran.stderr.trim().split('\n')).toHaveLength(1);
    expect(ran.stderr).toContain('in the file after --as');
  });
});

describe('entente user add', () => {
  it('keeps a digest that the password fits, and never the password', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'entente-user-'));
    try {
      const file = join(folder, 'users.yaml');
      const { json, status } = await answerOf(`user add alice@contoso.example --file ${file} --generate`);
      expect(status).toBe(0);
      const password = String(json.password);
      const text = await readFile(file, 'utf8');
      expect(text).not.toContain(password);
      const record = createCredentialRecord({ username: 'alice', realm: 'contoso.example', password });
      expect(parse(text)).toEqual({ users: [record] });
      expect((await runEntente(`user add alice@contoso.example --file ${file} --generate`)).status).not.toBe(
        0,
      );
      const md5 = await answerOf(
        `user add alice@contoso.example --file ${file} --generate --md5-only --replace`,
      );
      expect(md5.status).toBe(0);
      const { users } = parse(await readFile(file, 'utf8')) as { users: { ha1: object }[] };
      expect(users.map(({ ha1 }) => Object.keys(ha1))).toEqual([['MD5']]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
