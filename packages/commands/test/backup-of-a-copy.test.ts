import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@entente/store-sql';
import { createTestAuthority } from '@entente/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { answerOf } from './command-line.ts';
import { makeAuthority } from './made-authority.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-backup-of-a-copy-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Listens with a certificate as an authority that runs with another folder would, and gives the configuration its port. */
async function listening(chainPem: string, keyPem: string, ca: string) {
  const server = https.createServer({ cert: chainPem, key: keyPem });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const config = join(ca, 'listening.yaml');
  const url = `https://ca.contoso.example:${port}`;
  const fields = { domain: 'contoso.example', directory: '.', https: { host: '127.0.0.1', port, url } };
  await writeFile(config, JSON.stringify({ ...fields, objects: { url: 'http://ca.contoso.example' } }));
  const close = () => new Promise((resolve) => server.close(resolve));
  return { config, port, [Symbol.asyncDispose]: async () => void (await close()) };
}

it('entente ca backup refuses a folder that was put in the place of the one with which the authority runs', async () => {
  const ca = await makeAuthority(folder);
  const root = await createTestAuthority('Contoso Root');
  await writeFile(join(ca, 'root_ca.crt'), root.certificatePem);
  const { chainPem, keyPem } = await root.issue({ dnsNames: ['ca.contoso.example'] });
  await using running = await listening(chainPem, keyPem, ca);
  const to = join(folder, 'backup');
  const { json, status } = await answerOf(`ca backup --to ${to} --config ${running.config}`);
  expect(status).toBe(2);
  expect(json.fault).toMatchObject({
    code: 'ENTENTE_AUTHORITY_RUNS_ELSEWHERE',
    sentence: expect.stringContaining(`127.0.0.1:${running.port}`),
    place: ca,
    remedy: expect.stringContaining('put the folder back'),
  });
  expect(await readdir(folder)).not.toContain('backup');
});

it.each([
  ['ca administrator', 'ca administrator bob'],
  ['ca root request', 'ca root request'],
  ['ca root accept', 'ca root accept answer.json'],
])(
  'entente %s writes nothing into a copy of the folder with which the authority runs',
  async (_, command) => {
    const ca = await makeAuthority(folder);
    const root = await createTestAuthority('Contoso Root');
    await writeFile(join(ca, 'root_ca.crt'), root.certificatePem);
    const { chainPem, keyPem } = await root.issue({ dnsNames: ['ca.contoso.example'] });
    await using running = await listening(chainPem, keyPem, ca);
    const before = await readdir(ca, { recursive: true });
    const { json, status } = await answerOf(`${command} --config ${running.config}`);
    expect(status).toBe(2);
    expect(json.fault).toMatchObject({ code: 'ENTENTE_AUTHORITY_RUNS_ELSEWHERE', place: ca });
    expect(await readdir(ca, { recursive: true })).toEqual(before);
  },
);

it('a copy from before a change of the root is recognised by the names of the running authority', async () => {
  const ca = await makeAuthority(folder);
  const later = await createTestAuthority('contoso.example Issuing CA 2');
  const { chainPem, keyPem } = await later.issue({ dnsNames: ['ca.contoso.example'] });
  await using running = await listening(chainPem, keyPem, ca);
  const { json } = await answerOf(`ca root request --config ${running.config}`);
  expect(json.fault).toMatchObject({ code: 'ENTENTE_AUTHORITY_RUNS_ELSEWHERE', place: ca });
});

it('an authority that runs with the folder and has lost its socket does not count as one that runs elsewhere', async () => {
  const ca = await makeAuthority(folder);
  const root = await createTestAuthority('contoso.example Issuing CA 1');
  const { chainPem, keyPem } = await root.issue({ dnsNames: ['ca.contoso.example'] });
  await using own = await listening(chainPem, keyPem, ca);
  await using _running = await openStore(ca);
  const { json } = await answerOf(`ca backup --to ${join(folder, 'backup')} --config ${own.config}`);
  expect(json.fault).toMatchObject({ code: 'ENTENTE_ORDERS_SOCKET_MISSING' });
  const request = await answerOf(`ca root request --config ${own.config}`);
  expect(request.status, JSON.stringify(request.json)).toBe(0);
});

it('entente ca backup takes a stopped authority also where another program listens at its port', async () => {
  const ca = await makeAuthority(folder);
  const { chainPem, keyPem } = await (await createTestAuthority('Contoso Root')).issue({
    dnsNames: ['ca.contoso.example'],
  });
  await using other = await listening(chainPem, keyPem, ca);
  const to = join(folder, 'backup');
  const { json, status } = await answerOf(`ca backup --to ${to} --config ${other.config}`);
  expect({ status, running: json.running }, JSON.stringify(json)).toEqual({ status: 0, running: false });
});
