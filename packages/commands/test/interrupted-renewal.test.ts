import { chmod, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKeyAndRequest } from '@entente/pki/client';
import type { Network } from '@entente/testkit';
import { loadCredential } from '@entente/tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { administratorOptions } from './administrator-options.ts';
import { answerOf, runEntente } from './command-line.ts';
import { sharedNetwork } from './shared-network.ts';

let network: Network;
let folder: string;
let certificate: string;
let key: string;
let mine: string;

beforeAll(async () => {
  network = await sharedNetwork();
  folder = await mkdtemp(join(tmpdir(), 'entente-interrupted-renewal-'));
  [certificate, key] = [join(folder, 'bob.crt'), join(folder, 'bob.key')];
  const options = administratorOptions(network);
  const from = /--certificate (\S+)\.crt/.exec(options)?.[1] ?? '';
  await copyFile(`${from}.crt`, certificate);
  await copyFile(`${from}.key`, key);
  mine = options
    .replace(/--certificate \S+/, `--certificate ${certificate}`)
    .replace(/--key \S+/, `--key ${key}`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A renewal that is killed after it has written the key, and before it writes the certificate. */
async function renewAndCrash(): Promise<void> {
  expect((await answerOf(`cert renew ${mine}`)).status).toBe(0);
  await copyFile(`${certificate}.before`, certificate);
}

it('goes on with the key of before where a renewal was killed between its last two files, and renews again', async () => {
  await renewAndCrash();
  const listed = await runEntente(`cert list --subject administrator ${mine}`);
  expect(listed).toMatchObject({ status: 0, stderr: expect.stringContaining(`mv ${key}.before ${key}`) });
  const kept = await readFile(`${key}.before`, 'utf8');
  // Killed in the same place again: the key of the certificate is still the one that is kept.
  await renewAndCrash();
  expect(await readFile(`${key}.before`, 'utf8')).toBe(kept);
  const again = await runEntente(`cert renew ${mine}`);
  expect(again.status).toBe(0);
  await loadCredential({ certificate, key });
  await loadCredential({ certificate: `${certificate}.before`, key: `${key}.before` });
  expect((await runEntente(`cert list --subject administrator ${mine}`)).stderr).toBe('');
});

it('uses no key of before that others may read, or that belongs to another certificate', async () => {
  await renewAndCrash();
  await chmod(`${key}.before`, 0o644);
  const list = () => runEntente(`cert list --subject administrator ${mine}`);
  expect(await list()).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/bob\.key\.before.*ENTENTE_PKI_SECRET_EXPOSED/s),
  });
  await chmod(`${key}.before`, 0o600);
  const { privateKeyPem } = await createKeyAndRequest({ subject: 'bob' });
  await writeFile(`${key}.before`, privateKeyPem);
  const mismatch = { status: 2, stderr: expect.stringContaining('ENTENTE_KEY_MISMATCH') };
  expect(await list()).toMatchObject(mismatch);
  await rm(`${key}.before`);
  expect(await list()).toMatchObject(mismatch);
});
