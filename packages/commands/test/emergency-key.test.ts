import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerOf, runEntente, succeed } from './command-line.ts';

/** The one line of base64 in a public key. */
const keyOf = (pem: string): string => pem.split('\n')[1] ?? '';

describe('a network whose administrators may lose a key', () => {
  let directory: string;
  const before = process.cwd();
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'entente-emergency-'));
    process.chdir(directory);
  });
  afterEach(async () => {
    process.chdir(before);
    await rm(directory, { recursive: true, force: true });
  });

  it('names one more key, so that 2 of 2 administrators become 2 of 3 keys', async () => {
    const out = await succeed(
      'topology init contoso.example --administrator alice bob --required 2 --emergency offline',
    );
    expect(out).toContain('2 of 3 administrators must sign');
    expect(out).toContain('if one key is lost, the other administrators replace it');
    expect(out).toContain(
      "created administrators/offline.key: keep it offline, where no administrator's key is",
    );
    expect((await stat('administrators/offline.key')).mode & 0o777).toBe(0o600);
    const { json } = await answerOf('topology init fabrikam.example --file f.yaml --administrator alice');
    expect(json).toMatchObject({ administrators: ['alice'], required: 1 });
  });

  it('does not promise that this key signs less than another one', async () => {
    const out = await succeed('topology init contoso.example --administrator alice bob --emergency offline');
    expect(out).toContain('it signs what any other key signs');
    expect(await succeed('topology init --help')).not.toContain('nothing else');
    await succeed('topology add server ca.contoso.example --role authority');
    await succeed('topology sign --key administrators/alice.key');
    await succeed('topology approve topology.pending.json --key administrators/offline.key --yes');
    expect((await stat('topology.v1.json')).isFile()).toBe(true);
  });

  it('counts that key for no majority: without --required more than half of the administrators sign', async () => {
    const { json } = await answerOf(
      'topology init contoso.example --administrator alice bob carol --emergency offline',
    );
    expect(json).toMatchObject({ required: 2, administrators: ['alice', 'bob', 'carol', 'offline'] });
  });

  it('refuses the key of an administrator as that of the emergency', async () => {
    const { status, stderr } = await runEntente(
      'topology init contoso.example --administrator alice bob --emergency bob',
    );
    expect(status).toBe(2);
    expect(stderr).toContain('bob is an administrator already, and one key cannot replace itself');
  });

  it('says what a lost key costs before anything is signed, and when a key is created', async () => {
    const out = await succeed('topology init contoso.example --administrator alice bob --required 2');
    expect(out).toContain('if one key is lost, only narrowing changes can be signed');
    expect(out).toContain('name one more key with --emergency offline');
    expect(await succeed('topology key carol')).toContain('with 2 of 2 one lost key ends all changes');
  });

  it('begins again with a first version where more keys are lost than may be', async () => {
    await succeed('topology init contoso.example --administrator alice bob --required 2');
    await succeed('topology add server ca.contoso.example --role authority');
    await succeed('topology sign --key administrators/alice.key');
    await succeed('topology approve --key administrators/bob.key --yes');
    await succeed('topology add server fe1.contoso.example --role front-end');
    await succeed('topology sign --key administrators/alice.key');
    await succeed('topology approve --key administrators/bob.key --yes');

    const yaml = async () => readFile('topology.yaml', 'utf8');
    for (const lost of ['alice', 'bob']) {
      const old = await readFile(`administrators/${lost}.pub`, 'utf8');
      await rm(`administrators/${lost}.key`);
      await succeed(`topology key ${lost}2 --directory administrators`);
      const next = await readFile(`administrators/${lost}2.pub`, 'utf8');
      expect(await yaml()).toContain(`id: ${lost}\n`);
      expect(await yaml()).toContain(keyOf(old));
      await writeFile(
        'topology.yaml',
        (await yaml()).replace(`id: ${lost}\n`, `id: ${lost}2\n`).replace(keyOf(old), keyOf(next)),
      );
    }
    await mkdir('lost');
    const signed = (await readdir('.')).filter((name) => /^topology\..*json$/.test(name));
    for (const name of signed) await rename(name, join('lost', name));

    await succeed('topology sign --key administrators/alice2.key');
    const refused = await runEntente('topology approve --key administrators/bob2.key --yes');
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('write "version: 1" into topology.yaml, delete "previous" there');

    await writeFile(
      'topology.yaml',
      (await yaml()).replace(/^version: .*$/m, 'version: 1').replace(/^previous: .*\n/m, ''),
    );
    await succeed('topology sign --key administrators/alice2.key');
    await succeed('topology approve --key administrators/bob2.key --yes');
    const { document } = JSON.parse(await readFile('topology.signed.json', 'utf8'));
    expect(document).toMatchObject({ version: 1, administrators: { required: 2 } });
    expect(document.administrators.keys.map(({ id }: { readonly id: string }) => id)).toEqual([
      'alice2',
      'bob2',
    ]);
    expect(document.previous).toBeUndefined();
  });
});
