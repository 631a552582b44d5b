import { copyFile, lchown, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { succeed } from './command-line.ts';

/** As whom the authority runs. */
const service = { uid: 65_534, gid: 65_533 };

let folder: string;
let ca: string;
const at = (name: string): string => join(folder, name);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-folder-owner-'));
  ca = at('ca');
  const topology = at('topology.yaml');
  await succeed(
    `topology init contoso.example --administrator alice --file ${topology} --keys ${at('keys')}`,
  );
  await succeed(`topology add server ca.contoso.example --role authority --file ${topology}`);
  const names = '--domain contoso.example --fqdn ca.contoso.example';
  const urls = '--https-url https://ca.contoso.example --objects-url http://ca.contoso.example';
  await succeed(`ca init ${names} ${urls} --directory ${ca} --topology ${topology}`);
  await mkdir(at('root'));
  await copyFile(join(ca, 'root_ca.crt'), at('root/root_ca.crt'));
  await rename(join(ca, 'root_ca.key'), at('root/root_ca.key'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const everything = async (): Promise<readonly string[]> => [
  ca,
  ...(await readdir(ca, { recursive: true })).map((name) => join(ca, name)),
];

// Nobody else than root may give a file to another user.
describe.skipIf(process.getuid?.() !== 0)('a command of root in the folder of an authority', () => {
  it('leaves nothing there that the authority, which runs as another user, cannot read', async () => {
    await rm(join(ca, 'administrators'), { recursive: true, force: true });
    for (const path of await everything()) await lchown(path, service.uid, service.gid);
    const before = await everything();
    const config = join(ca, 'authority.yaml');

    await succeed(`ca root request --config ${config} --next`);
    await succeed(
      `ca root sign ${join(ca, 'root-request.json')} --root ${at('root')} --out ${at('answer.json')} --yes`,
    );
    await succeed(`ca root accept ${at('answer.json')} --config ${config}`);
    await succeed(`ca administrator bob --config ${config}`);
    await succeed(`ca administrator bob --config ${config} --replace`);

    const created = (await everything()).filter((path) => !before.includes(path));
    expect(created.map((path) => path.slice(ca.length + 1)).sort()).toEqual(
      expect.arrayContaining([
        'administrators',
        'administrators/bob.crt',
        'administrators/bob.key',
        'administrators/bob.yaml',
        'issuing',
        'issuing/2.key',
        'root-answer.json',
        'root-request.json',
      ]),
    );
    for (const path of await everything()) {
      const { gid, uid } = await stat(path);
      expect({ path, uid, gid }).toEqual({ path, ...service });
    }
    expect((await stat(join(ca, 'issuing/2.key'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(ca, 'administrators'))).mode & 0o777).toBe(0o700);
  });

  it('gives the key of a root, whose folder it creates, to nobody', async () => {
    // No authority runs here that would take it.
    await rm(join(ca, 'root-answer.json'), { force: true });
    await succeed(`ca root request --config ${join(ca, 'authority.yaml')}`);
    await lchown(folder, service.uid, service.gid);
    await succeed(
      `ca root prepare ${join(ca, 'root-request.json')} --root ${at('root')} --new-root ${at('root2')} --out ${at('answer.json')} --yes`,
    );
    expect(await stat(at('root2'))).toMatchObject({ uid: 0 });
    expect(await stat(at('root2/root_ca.key'))).toMatchObject({ uid: 0 });
  });
});
