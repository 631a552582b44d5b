import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ordersSocket } from '@entente/pki/node';
import { openStore } from '@entente/store-sql';
import { expect, it } from 'vitest';
import { answerOf } from './command-line.ts';
import { makeAuthority } from './made-authority.ts';

it('entente ca backup says that the socket of a running authority is missing, and what to do', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'entente-backup-without-socket-'));
  try {
    const ca = await makeAuthority(folder);
    const to = join(folder, 'backup');
    const backUp = () => answerOf(`ca backup --to ${to} --config ${join(ca, 'authority.yaml')}`);
    await using _running = await openStore(ca);
    const { json, status } = await backUp();
    expect(status).not.toBe(0);
    expect(json.fault).toMatchObject({
      code: 'ENTENTE_ORDERS_SOCKET_MISSING',
      place: join(ca, ordersSocket),
      remedy: expect.stringContaining('restart the authority'),
    });
    // One that was killed has left it: then another process has the database open.
    await writeFile(join(ca, ordersSocket), '');
    expect((await backUp()).json.fault).toMatchObject({ code: 'ENTENTE_PKI_LEDGER_LOCKED' });
    expect(await readdir(folder)).not.toContain('backup');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
