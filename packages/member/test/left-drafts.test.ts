import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { joinDomain } from '@entente/member';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { holdDirectory } from '../src/files/directory-lock.ts';

const random = '0123456789abcdef01234567';
const log = { debug() {}, info() {}, warn() {}, error() {} };
const drafts = [`.tls.next.key.${random}.new`, `.topology.json.${random}.new`];
const others = [`.tls.next.key.${random}`, `.notes.${random}.new`, `.tls.next.key.short.new`];
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'entente-left-drafts-'));
  const membership = { authority: 'https://ca.contoso.example', administratorsHash: 'ab'.repeat(32) };
  await writeFile(join(directory, 'member.json'), JSON.stringify(membership));
  for (const name of [...drafts, ...others]) await writeFile(join(directory, name), 'half of it');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** It has lost its certificate, and ends once it has looked for that. */
const start = () => joinDomain({ directory, fqdn: 'fe01.contoso.example', log });

it('removes at the start what a process that was killed has left: drafts of its own files, which may hold a key', async () => {
  await expect(start()).rejects.toMatchObject({ code: expect.stringMatching(/^ENTENTE_MEMBER_/) });
  expect((await readdir(directory)).sort()).toEqual(['member.json', ...others].sort());
});

it('removes nothing in a directory that another server uses', async () => {
  await using _other = await holdDirectory(directory);
  await expect(start()).rejects.toMatchObject({ code: 'ENTENTE_MEMBER_DIRECTORY_IN_USE' });
  expect(await readdir(directory)).toEqual(expect.arrayContaining(drafts));
});
