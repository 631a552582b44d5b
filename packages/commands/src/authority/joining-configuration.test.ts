import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AdministratorAccess } from './administrator-access.ts';
import { joiningConfiguration } from './joining-configuration.ts';

const server = 'fe1.contoso.example';
const access = {
  authority: 'https://ca.contoso.example',
  address: ['127.0.0.1'],
} as unknown as AdministratorAccess;
const kept = `fqdn: ${server}
directory: ./state # on the large disk
join: { token: old }
locations:
  redis: { host: 127.0.0.1, port: 6379 }
`;

describe('the configuration of a server that joins again', () => {
  let folder: string;
  let config: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'entente-join-'));
    config = join(folder, 'fe1.yaml');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('gets another token, and keeps every setting and comment', async () => {
    await writeFile(config, kept);
    const found = await joiningConfiguration({ server, config }, true);
    await found.write('new', access);
    expect(found.isThere).toBe(true);
    expect(await readFile(config, 'utf8')).toBe(kept.replace('old', 'new'));
  });

  it('keeps the line ends of Windows', async () => {
    const before = kept.replaceAll('\n', '\r\n');
    await writeFile(config, before);
    await (await joiningConfiguration({ server, config }, true)).write('new', access);
    expect(await readFile(config, 'utf8')).toBe(before.replace('old', 'new'));
  });

  it('gets a token where it had none', async () => {
    await writeFile(config, `fqdn: ${server}\n`);
    await (await joiningConfiguration({ server, config }, true)).write('new', access);
    expect(await readFile(config, 'utf8')).toBe(`fqdn: ${server}\njoin:\n  token: new\n`);
  });

  it('is read by whom it was read before, and by no others', async () => {
    await writeFile(config, kept);
    await chmod(config, 0o644);
    await (await joiningConfiguration({ server, config }, true)).write('new', access);
    expect((await stat(config)).mode & 0o777).toBe(0o640);
  });

  it.skipIf(process.getuid?.() !== 0)(
    'stays with its owner and its group, as whom the server reads it',
    async () => {
      for (const [uid, gid] of [
        [65_534, 65_533],
        [0, 65_533],
      ] as const) {
        await writeFile(config, kept);
        await chown(config, uid, gid);
        await (await joiningConfiguration({ server, config }, true)).write('new', access);
        expect(await stat(config)).toMatchObject({ uid, gid });
      }
    },
  );

  it('stays as it is where nobody says that the server joins again', async () => {
    await writeFile(config, kept);
    await expect(joiningConfiguration({ server, config }, false)).rejects.toMatchObject({
      code: 'ENTENTE_FILE_EXISTS',
      remedy: expect.stringContaining('--replace'),
    });
  });

  it.each([
    ['is that of another server', 'fqdn: fe2.contoso.example\n', {}, 'ENTENTE_CONFIG_INVALID'],
    ['is no YAML', 'fqdn: [', {}, 'ENTENTE_CONFIG_INVALID'],
    ['is no mapping', 'fe1', {}, 'ENTENTE_CONFIG_INVALID'],
    ['has a directory already', kept, { directory: '/var/lib/entente' }, 'ENTENTE_USAGE'],
    ['has its users already', kept, { users: 'users.yaml' }, 'ENTENTE_USAGE'],
  ])('is refused where it %s', async (_, text, more, code) => {
    await writeFile(config, text);
    await expect(joiningConfiguration({ server, config, ...more }, true)).rejects.toMatchObject({ code });
    expect(await readFile(config, 'utf8')).toBe(text);
  });

  it.each(['', '# nothing\n', 'directory: fe1\n', 'fqdn: [fe1]\n'])(
    'is said to name no server where it is %j',
    async (text) => {
      await writeFile(config, text);
      await expect(joiningConfiguration({ server, config }, true)).rejects.toMatchObject({
        code: 'ENTENTE_CONFIG_INVALID',
        message: `expected the configuration of ${server}, found a file that does not name its server`,
      });
    },
  );

  it('names the folder in which the server has joined, because no token is looked at while it is there', async () => {
    await writeFile(config, kept);
    expect((await joiningConfiguration({ server, config }, true)).joinedFrom).toBeUndefined();
    await mkdir(join(folder, 'state'));
    await writeFile(join(folder, 'state', 'member.json'), '{}');
    expect((await joiningConfiguration({ server, config }, true)).joinedFrom).toBe(join(folder, 'state'));
  });
});
