import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { allowMatrix, links } from '@entente/topology';
import { afterEach, expect, it } from 'vitest';
import { pnpm } from '../runner/command.ts';
import { shownRows } from './demo.ts';
import type { DemoReport } from './report/demo-report.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
let folder: string | undefined;
afterEach(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

it('the demo delivers something over every link of the allow matrix but those to stores and of ACME, each with its protection', {
  timeout: 360_000,
}, async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-demo-'));
  const file = join(folder, 'report.json');
  const { args, program } = pnpm(root);
  // A step that fails says so in what is printed; the exit status alone tells nobody which.
  const { stdout } = await run(program, [...args, 'demo', '--once', '--report', file], { cwd: root }).catch(
    ({ message, stdout = '' }: Error & { readonly stdout?: string }) => {
      const failed = stdout.split('\n').filter((line) => line.includes('✗'));
      throw new Error([message, ...failed].join('\n'));
    },
  );
  const report = JSON.parse(await readFile(file, 'utf8')) as DemoReport;
  expect(report.ok, stdout).toBe(true);
  const unused = new Set([links.serverToStore.row, links.authorityToMember.row]);
  const expected = allowMatrix.filter(({ row }) => !unused.has(row));
  expect(shownRows).toEqual(expected);
  expect(report.rows.map(({ name, protections, row }) => [row, name, protections])).toEqual(
    expected.map(({ name, protection, row }) => [row, name, [protection]]),
  );
  for (const { carried, name } of report.rows) expect(Object.keys(carried), name).not.toEqual([]);
  // The other end of each of these links has refused somebody, with the reason that was to be expected.
  for (const { attack, expected: reason, reason: found } of report.refusals)
    expect(found, attack).toBe(reason);
  expect(report.firstDeliverySeconds).toBeLessThanOrEqual(report.seconds);
  expect(report.memoryMiB).toBeGreaterThan(0);
});
