import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certificate } from '@entente/x509';
import { expect, it } from 'vitest';
import { bundleSequence } from './bundle-sequence.ts';

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
