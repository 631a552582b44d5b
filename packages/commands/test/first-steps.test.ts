import { X509Certificate } from 'node:crypto';
import { appendFile, chmod, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createTestAuthority } from '@entente/testkit';
import { describe, expect, it } from 'vitest';
import { answerOf, runEntente, succeed } from './command-line.ts';
import { useTopologyFolder } from './topology-folder.ts';

useTopologyFolder();

const ca =
  'ca init --domain contoso.example --fqdn ca.contoso.example --directory ca --topology topology.yaml --https-url https://ca.contoso.example --objects-url http://ca.contoso.example --administrator alice';

describe('entente topology init that is refused', () => {
  const init = 'topology init fabrikam.example --file new/topology.yaml --keys new/keys';

  it.each([
    [
      '--administrator dora Erin',
      '"Erin" has capital letters, which an id in a topology does not have; write erin',
    ],
    ['--administrator dora dora', 'dora is used more than once'],
    ['--administrator dora --emergency ../erin', 'is not a valid id'],
  ])('has made no key: %s', async (options, sentence) => {
    expect(await runEntente(`${init} ${options}`)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(sentence),
    });
    await expect(stat('new')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('has made no key where the public key of another administrator cannot be read', async () => {
    await writeFile('administrators/erin.pub', 'not a key');
    const refused = await runEntente(
      'topology init fabrikam.example --file new.yaml --administrator dora erin',
    );
    expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining('erin.pub') });
    expect((await readdir('administrators')).filter((name) => name.startsWith('dora'))).toEqual([]);
  });

  it('goes on with the private keys that a run before has written without their public halves', async () => {
    const before = await readFile('administrators/alice.pub', 'utf8');
    const key = await readFile('administrators/alice.key', 'utf8');
    await rm('administrators/alice.pub');
    const { status, json } = await answerOf(
      'topology init fabrikam.example --file other.yaml --administrator alice',
    );
    expect({ status, made: json.keysMade }).toEqual({ status: 0, made: [] });
    expect(await readFile('administrators/alice.pub', 'utf8')).toBe(before);
    expect(await readFile('administrators/alice.key', 'utf8')).toBe(key);
  });
});

describe('the public half of a key', () => {
  it('signs nothing, and the private one is named', async () => {
    const { status, stderr } = await runEntente('topology sign --key administrators/alice.pub');
    expect({ status, isPublic: stderr.includes('expected a private key, found a public one') }).toEqual({
      status: 2,
      isPublic: true,
    });
    expect(stderr).toContain('usually administrators/alice.key (ENTENTE_KEY_UNREADABLE)');
  });
});

describe('what was signed and never published', () => {
  it('is not said to be in force', async () => {
    await succeed('topology sign --key administrators/alice.key');
    await succeed('topology approve --key administrators/bob.key --yes');
    const again = await runEntente('topology sign --key administrators/alice.key');
    expect(again).toMatchObject({ status: 1, stdout: expect.stringContaining('the same as version 1') });
    expect(again.stdout).toContain('version 1 in topology.signed.json');
    const back = await runEntente('topology rollback 1');
    expect(back).toMatchObject({ status: 2, stderr: expect.stringContaining('before version 1') });
    for (const text of [again.stdout, back.stderr, (await runEntente('topology diff --help')).stdout])
      expect(text).not.toContain('in force');
  });
});

describe('a file that is not there', () => {
  it.each([
    [
      'topology add site berlin --file gone.yaml',
      'gone.yaml',
      'entente topology init <domain> --administrator',
    ],
    ['topology check gone.yaml', 'gone.yaml', 'entente topology init <domain> --administrator'],
    ['topology diff', 'topology.signed.json', 'entente topology sign'],
    ['user list --as gone.yaml', 'gone.yaml', 'entente ca init'],
    ['status --as ca/administrators/gone.yaml', 'ca/administrators/gone.yaml', 'entente ca administrator'],
    ['topology sign --key gone.key', 'gone.key', 'entente topology key <id>'],
  ])('is named with the command that creates it: entente %s', async (line, file, command) => {
    const { status, json } = await answerOf(line);
    expect(status).toBe(2);
    expect(json.fault).toMatchObject({ code: 'ENOENT', place: file, sentence: 'the file does not exist' });
    expect((json.fault as { remedy: string }).remedy).toContain(command);
  });
});

describe('a name that the topology has as something else', () => {
  it.each([
    [
      'add server fe2.contoso.example --role front-end --pool fe1.contoso.example',
      'is not a pool of this document: it is a server with the role front-end',
    ],
    [
      'add server fe2.contoso.example --role front-end --pool contoso.example',
      'is not a pool of this document: it is a domain',
    ],
    [
      'add domain x.contoso.example --pool redis1.contoso.example',
      'is not a front end or pool of this document: it is a store',
    ],
    [
      'add user a@fabrikam.example --home fe1.contoso.example',
      'is not a domain of this document: it is a domain of the partner fabrikam',
    ],
    ['add pool p.contoso.example --site nowhere', 'is not a site of this document;'],
  ])('is said to be that: entente topology %s', async (line, found) => {
    await succeed('topology add store redis1.contoso.example --kind redis');
    await succeed('topology add partner fabrikam --domain fabrikam.example');
    const { status, stderr } = await runEntente(`topology ${line}`);
    expect(status).toBe(2);
    expect(stderr).toContain(found);
    if (found.includes('it is')) expect(stderr).not.toContain('add it,');
  });
});

describe('a route of calls to a server that is not a gateway', () => {
  it('is said to lead to what that is', async () => {
    const routes = "telephony:\n  routes:\n    - prefix: '+'\n      gateway: fe1.contoso.example\n";
    await appendFile('topology.yaml', routes);
    expect((await runEntente('topology check')).stdout).toContain(
      '"fe1.contoso.example" is not a gateway of this document: it is a server with the role front-end.',
    );
  });
});

describe('a root that is there already', () => {
  it.each(['', '--federation', '--partner fabrikam'])('is not listed twice: %s', async (place) => {
    await succeed(ca);
    await succeed('topology add partner fabrikam --domain fabrikam.example --anchor ca/root_ca.crt');
    if (place !== '--partner fabrikam')
      await succeed(`topology add anchor --certificate ca/root_ca.crt ${place}`);
    const before = await readFile('topology.yaml', 'utf8');
    for (const name of ['', '--name another']) {
      const { status, stderr } = await runEntente(
        `topology add anchor --certificate ca/root_ca.crt ${place} ${name}`,
      );
      expect({ status, name }).toEqual({ status: 2, name });
      expect(stderr).toContain('is listed there already');
      expect(stderr).toContain('ENTENTE_ANCHOR_EXISTS');
    }
    expect(await readFile('topology.yaml', 'utf8')).toBe(before);
  });

  it('completes an entry that has only its fingerprint', async () => {
    await succeed(ca);
    const sha256 = new X509Certificate(await readFile('ca/root_ca.crt')).fingerprint256;
    await succeed(`topology add partner fabrikam --domain fabrikam.example --fingerprint ${sha256}`);
    const { json } = await answerOf('topology add anchor --certificate ca/root_ca.crt --partner fabrikam');
    expect(json).toMatchObject({ ok: true });
    const text = await readFile('topology.yaml', 'utf8');
    expect(text.match(/sha256:/g)).toHaveLength(1);
    expect((await runEntente('topology check')).stdout).not.toContain('no certificate');
  });

  it('is said to be listed twice where people wrote it twice', async () => {
    await writeFile('root.crt', (await createTestAuthority('Fabrikam Root')).certificatePem);
    await succeed('topology add anchor --federation --certificate root.crt');
    const text = await readFile('topology.yaml', 'utf8');
    const entry = /\n( +- name: Fabrikam Root\n(?: {4,}\w+: .*\n)+)/.exec(text)?.[1] ?? '';
    await writeFile('topology.yaml', text.replace(entry, `${entry}${entry}`));
    const { stdout, status } = await runEntente('topology check');
    expect(status).toBe(1);
    expect(stdout).toContain('The root Fabrikam Root is listed more than once.');
  });
});

describe('an option that is misspelt', () => {
  it.each([
    ['topology init x.example --adminstrator alice', '--adminstrator', '--administrator'],
    ['topology sign --kye administrators/alice.key', '--kye', '--key'],
    ['topology add partner fabrikam --domian=fabrikam.example', '--domian', '--domain'],
    ['topology add anchor --certifcate ca/root_ca.crt', '--certifcate', '--certificate'],
  ])('is what is said, not that the right one is missing: entente %s', async (line, given, meant) => {
    const { status, stderr } = await runEntente(line);
    expect(status).toBe(2);
    expect(stderr).toContain(`error: unknown option '${given}'\n(Did you mean ${meant}?)\n`);
    expect(stderr).not.toContain('required option');
    const { json } = await answerOf(line);
    expect(json.fault).toMatchObject({
      code: 'ENTENTE_USAGE',
      sentence: `unknown option '${given}'\n(Did you mean ${meant}?)`,
    });
  });

  it('is said to be unknown where it is like none, and a missing one to be missing', async () => {
    const { stderr } = await runEntente('topology sign --frobnicate');
    expect(stderr).toContain("error: unknown option '--frobnicate'\n");
    expect(stderr).not.toContain('Did you mean');
    const missing = await runEntente('topology sign -- --kye');
    expect(missing.stderr).toContain("error: required option '--key <file>' not specified");
  });
});

describe.skipIf(process.platform === 'win32')('the key that explain shows', () => {
  it('is not used where others may read it, as every other key', async () => {
    const root = await createTestAuthority('Contoso Root');
    const { chainPem, keyPem } = await root.issue({ dnsNames: ['edge1.contoso.example'] });
    await writeFile('edge1.crt', chainPem);
    await writeFile('edge1.key', keyPem, { mode: 0o600 });
    await writeFile('root.crt', root.certificatePem);
    const line = 'explain 127.0.0.1:1 --anchors root.crt --cert edge1.crt --key edge1.key';
    expect(await answerOf(line)).toMatchObject({ status: 1, json: { error: 'ECONNREFUSED' } });
    await chmod('edge1.key', 0o640);
    const { json, status } = await answerOf(line);
    expect(status).toBe(2);
    expect(json.fault).toMatchObject({ code: 'ENTENTE_PKI_SECRET_EXPOSED', place: 'edge1.key' });
    const { remedy, sentence } = json.fault as { remedy: string; sentence: string };
    expect(sentence).not.toContain('administrator');
    expect(remedy).toContain('chmod 600 edge1.key');
  });
});
