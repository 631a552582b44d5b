import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { answerOf } from './command-line.ts';
import { makeAuthority } from './made-authority.ts';

it('entente ca backup refuses a folder that has no authority, and creates nothing in it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'entente-backup-of-nothing-'));
  try {
    const ca = await makeAuthority(folder);
    const empty = join(folder, 'empty');
    await cp(join(ca, 'authority.yaml'), join(empty, 'authority.yaml'));
    const to = join(folder, 'backup-of-nothing');
    const { json, status } = await answerOf(`ca backup --to ${to} --config ${join(empty, 'authority.yaml')}`);
    expect(status).not.toBe(0);
    expect(json.fault).toMatchObject({ code: 'ENTENTE_NO_AUTHORITY', remedy: expect.stringMatching(/./) });
    expect(await readdir(empty)).toEqual(['authority.yaml']);
    expect(await readdir(folder)).not.toContain('backup-of-nothing');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
