import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PkiFault } from '@entente/pki';
import type { Certificate } from '@entente/x509';
import { expect, it } from 'vitest';
import { bundleSequence, raiseBundleSequence } from './trust-bundle-sequence.ts';

it('gives the roots of a domain a new number exactly when they change', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'entente-bundle-'));
  const [one, two] = [1, 2].map((octet) => ({ der: Uint8Array.of(octet) }) as Certificate);
  const during = [one, two] as Certificate[];
  expect(await bundleSequence(folder, [one as Certificate])).toBe(1);
  expect(await bundleSequence(folder, [one as Certificate])).toBe(1);
  expect(await bundleSequence(folder, during)).toBe(2);
  expect(await bundleSequence(folder, [two as Certificate])).toBe(3);
  expect(await bundleSequence(folder, [two as Certificate])).toBe(3);
  await rm(folder, { recursive: true, force: true });
});

it('gives no number where its file is damaged, and goes on from the time once the remedy was followed', async () => {
  const folder = await mkdtemp(join(tmpdir(), "entente bob's bundle-"));
  const file = join(folder, 'trust-bundle.json');
  const one = { der: Uint8Array.of(1) } as Certificate;
  const whole = JSON.stringify({ sequence: 5, roots: '' });
  const unreadable = { code: 'ENTENTE_PKI_AUTHORITY_DAMAGED', place: file };
  const wrong = ['', whole.slice(0, 14), '\0\0\0', 'null', '3', '{}', '{"sequence":"5","roots":""}'];
  for (const text of [
    ...wrong,
    '{"sequence":0,"roots":""}',
    '{"sequence":5}',
    '{"sequence":1e300,"roots":""}',
  ]) {
    await writeFile(file, text);
    await expect(bundleSequence(folder, [one]), text).rejects.toMatchObject(unreadable);
    await expect(raiseBundleSequence(folder, 7), text).rejects.toMatchObject(unreadable);
    expect(await readFile(file, 'utf8'), 'as it was').toBe(text);
  }
  const { remedy } = await bundleSequence(folder, [one]).then(
    () => ({ remedy: '' }),
    (fault: PkiFault) => fault,
  );
  execFileSync('bash', ['-c', remedy.slice(remedy.indexOf('printf'))]);
  expect(await bundleSequence(folder, [one])).toBeGreaterThan(Date.UTC(2026, 0));
  await rm(folder, { recursive: true, force: true });
});
