import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openAuthority } from '@entente/pki/node';
import { afterAll, expect, it } from 'vitest';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const [, program = ''] = /^```ts\n(.*?)^```$/ms.exec(readFileSync(here('../README.md'), 'utf8')) ?? [];
/** In the package, so that names are found as after an installation. */
const folder = mkdtempSync(here('../readme-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run() {
  const source = [
    '--conditions=@entente/source',
    '--import',
    here('../../../node_modules/tsx/dist/esm/index.mjs'),
  ];
  return spawnSync(process.execPath, [...source, 'ca.mts'], { cwd: folder, encoding: 'utf8' });
}

it('the CA of the README has ten lines at most, runs twice, and is the same the second time', async () => {
  expect(program.trimEnd().split('\n').length).toBeLessThanOrEqual(10);
  writeFileSync(join(folder, 'ca.mts'), program);
  const first = run();
  expect(first).toMatchObject({ status: 0, stderr: '' });
  expect(first.stdout).toMatch(/^orders\.contoso\.example: [0-9a-f]{40}, valid until 20/);
  expect(run()).toMatchObject({ status: 0, stderr: '', stdout: first.stdout });

  const options = { directory: join(folder, 'ca'), domain: 'contoso.example' };
  {
    await using authority = await openAuthority(options);
    expect(await authority.revoke('orders.contoso.example')).toMatchObject({
      serials: [/[0-9a-f]{40}/.exec(first.stdout)?.[0]],
    });
  }
  await using authority = await openAuthority(options);
  await expect(authority.identity('orders.contoso.example')).rejects.toMatchObject({
    reason: 'subject-revoked',
  });
});
