import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkMembership, joinDomain, keptTopology, type MemberOptions } from '@entente/member';
import { createTestLog } from '@entente/testkit';
import { afterAll, expect, it } from 'vitest';

const parent = mkdtempSync(join(tmpdir(), 'entente-member-'));
afterAll(() => rmSync(parent, { recursive: true }));
const directory = join(parent, 'never-made');
const good = { fqdn: 'fe1.contoso.example', directory, token: 'x', log: createTestLog() };
const fault = (place: string) => ({
  code: 'ENTENTE_MEMBER_BAD_ARGUMENT',
  place,
  sentence: expect.stringMatching(/^expected /),
  remedy: expect.any(String),
});

it.each<readonly [string, unknown]>([
  ['fqdn', undefined],
  ['fqdn', ''],
  ['directory', 7],
  ['token', Promise.resolve('x')],
  ['addresses', { 'ca.contoso.example': '127.0.0.1' }],
  ['addresses', new Map([['ca.contoso.example', 'localhost']])],
  ['log', undefined],
  ['log', console.log],
  ['pollMs', Number.NaN],
  ['pollMs', Number.POSITIVE_INFINITY],
  ['pollMs', -1],
  ['clock', () => 0],
])('a server does not join with %s of %o', async (name, value) => {
  const joined = joinDomain({ ...good, [name]: value } as MemberOptions);
  await expect(joined).rejects.toMatchObject(fault(`${name} of joinDomain`));
  expect(existsSync(directory)).toBe(false);
});

it.each<readonly [string, unknown, string]>([
  ['misspelt', { ...good, adresses: new Map() }, 'adresses of joinDomain'],
  ['none', undefined, 'options of joinDomain'],
  ['a list', [], 'options of joinDomain'],
])('a server does not join with options that are %s', async (_, options, place) => {
  await expect(joinDomain(options as MemberOptions)).rejects.toMatchObject(fault(place));
  expect(existsSync(directory)).toBe(false);
});

it('a membership is not looked for in a directory that is none', async () => {
  const none = undefined as never;
  await expect(keptTopology(none)).rejects.toMatchObject(fault('directory of keptTopology'));
  await expect(checkMembership(none, 'x', 'fe1.contoso.example')).rejects.toMatchObject(
    fault('directory of checkMembership'),
  );
  await expect(checkMembership(directory, 'x', none)).rejects.toMatchObject(fault('fqdn of checkMembership'));
});
