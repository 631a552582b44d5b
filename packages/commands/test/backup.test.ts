import { cp, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore } from '@entente/store-sql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BackedUpAuthority, backedUpAuthority } from './backed-up-authority.ts';
import { answerOf, runEntente } from './command-line.ts';

let made: BackedUpAuthority;
let backup: string;
let ca: string;
let folder: string;
let taken: BackedUpAuthority['taken'];
beforeAll(async () => {
  made = await backedUpAuthority();
  ({ backup, ca, folder, taken } = made);
});
afterAll(() => made[Symbol.asyncDispose]());

describe('entente ca backup', () => {
  it('backs up a stopped authority, names what is secret, and says that the key of the root is not in it', async () => {
    const { json, status } = taken;
    expect(status).toBe(0);
    expect(json).toMatchObject({ ok: true, to: backup, running: false });
    const files = json.files as { path: string; secret: boolean }[];
    expect(files.filter(({ secret }) => secret).map(({ path }) => path)).toEqual([
      'administrators/alice.key',
      'intermediate_ca.key',
      'tls.key',
    ]);
    expect(JSON.stringify(json.next)).toContain(join(ca, 'root_ca.key'));
    expect(await readdir(backup)).not.toContain('root_ca.key');
    expect((await stat(join(backup, 'authority.sqlite'))).mode & 0o777).toBe(0o600);
  });

  it('has in the audit trail of the stopped authority that it was ordered, also in the copy, and that it was written', async () => {
    const actions = async (folder: string) => {
      await using store = await openStore(folder);
      const { records } = await store.audit.read({ limit: 100 });
      const ofBackup = records.filter(({ action }) => action.startsWith('backup-'));
      return ofBackup.map(({ action, details }) => [action, details.to]);
    };
    expect(await actions(ca)).toEqual([
      ['backup-written', backup],
      ['backup-ordered', backup],
    ]);
    const copied = join(folder, 'copied');
    await cp(backup, copied, { recursive: true });
    expect(await actions(copied), 'which is taken after that').toEqual([['backup-ordered', backup]]);
    await rm(copied, { recursive: true });
  });

  it('says which key has signed it, and that its hash is to be kept', async () => {
    const { signer, next } = taken.json;
    expect(signer).toMatch(/^[0-9a-f]{64}$/);
    expect(next).toContainEqual(expect.stringContaining('keep the hash'));
    expect(next).toContainEqual(expect.stringMatching(new RegExp(`ca restore .* --signer ${signer}$`)));
    const { stdout } = await runEntente(
      `ca backup --to ${join(folder, 'for-people')} --config ${join(ca, 'authority.yaml')}`,
    );
    expect(stdout).toContain(`signed by ${signer}\n`);
  });

  it('refuses to write where something is', async () => {
    const { status, stderr } = await runEntente(
      `ca backup --to ${backup} --config ${join(ca, 'authority.yaml')}`,
    );
    expect({ status, stderr }).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('ENTENTE_PKI_AUTHORITY_EXISTS'),
    });
  });

  it('names the key of the next root too, where it is on the machine of the authority', async () => {
    const key = join(ca, 'roots', '2.key');
    await mkdir(join(ca, 'roots'));
    await writeFile(key, 'of a root', { mode: 0o600 });
    const to = join(folder, 'with-next-root');
    const { json } = await answerOf(`ca backup --to ${to} --config ${join(ca, 'authority.yaml')}`);
    expect(json.next).toContainEqual(expect.stringContaining(`move ${key} to storage`));
    expect(json.files).not.toContainEqual(expect.objectContaining({ path: 'roots/2.key' }));
    await rm(join(ca, 'roots'), { recursive: true });
  });

  it('does not read beside an authority that runs and takes no orders', async () => {
    await using _running = await openStore(ca);
    const { status, stderr } = await runEntente(
      `ca backup --to ${backup} --config ${join(ca, 'authority.yaml')}`,
    );
    expect({ status, stderr }).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('ENTENTE_ORDERS_SOCKET_MISSING'),
    });
  });
});
