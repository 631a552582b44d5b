import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type JoinApplicationOptions,
  joinApplication,
  type ServeApplicationOptions,
  serveApplication,
} from '@entente/application';
import { afterAll, expect, it } from 'vitest';

const parent = mkdtempSync(join(tmpdir(), 'entente-application-'));
afterAll(() => rmSync(parent, { recursive: true }));
const directory = join(parent, 'never-made');
const good = { fqdn: 'echo1.contoso.example', directory };
const joined = (more: object) => joinApplication({ ...good, ...more } as JoinApplicationOptions);

it.each<readonly [string, unknown, string, string]>([
  ['fqdn', '', 'a text', 'an empty text'],
  ['directory', 7, 'a text', '7'],
  ['token', '', 'a text', 'an empty text'],
  ['token', Promise.resolve('x'), 'a text', 'a promise'],
  [
    'addresses',
    new Map([['a.contoso.example', '127.0.0.1']]),
    'an object with an IP address for each host',
    'an object of another kind',
  ],
  [
    'addresses',
    { 'a.contoso.example': 'localhost' },
    'an object with an IP address for each host',
    'an object of another kind',
  ],
  ['logger', console.log, 'a logger, as createLogger of @entente/host makes it', 'a function'],
  ['onMessage', 'echo', 'a function', 'a text'],
  ['onCall', null, 'a function', 'null'],
  ['limits', [], 'an object with bounds of the listener', 'a list of 0'],
  ['maxCalls', Number.NaN, 'a whole number from 0', 'NaN'],
  ['maxCalls', -1, 'a whole number from 0', '-1'],
  ['maxCallsOfUser', '16', 'a whole number from 0', 'a text'],
  ['maxCallsOfDomain', 0.5, 'a whole number from 0', '0.5'],
  ['maxBytesInFlight', Number.POSITIVE_INFINITY, 'a whole number from 1', 'Infinity'],
  ['checkCallsMs', 0, 'a whole number from 1 to 2147483647', '0'],
])('an application does not join with %s of %s', async (name, value, wanted, found) => {
  await expect(joined({ [name]: value })).rejects.toMatchObject({
    code: 'ENTENTE_APPLICATION_BAD_ARGUMENT',
    sentence: `expected ${name} to be ${wanted}, found ${found}`,
    place: `${name} of joinApplication`,
    remedy: expect.stringMatching(/^(give|await) /),
  });
  expect(existsSync(directory)).toBe(false);
});

it.each([
  ['onMesage', 'write onMessage if that is meant, or leave it out'],
  ['maxcalls', 'write maxCalls if that is meant, or leave it out'],
  ['member', 'leave it out; joinApplication has the options fqdn, directory'],
])('an application does not join with %s: nothing would come of it', async (name, remedy) => {
  await expect(joined({ [name]: () => {} })).rejects.toMatchObject({
    code: 'ENTENTE_APPLICATION_BAD_ARGUMENT',
    place: `${name} of joinApplication`,
    remedy: expect.stringContaining(remedy),
  });
});

it('an application does not join without its name', async () => {
  await expect(joined({ fqdn: undefined })).rejects.toMatchObject({
    code: 'ENTENTE_APPLICATION_BAD_ARGUMENT',
    place: 'fqdn of joinApplication',
  });
});

it('an application is not served without a member, or with an option that there is not', async () => {
  const served = (options: unknown) => serveApplication(options as ServeApplicationOptions);
  const code = 'ENTENTE_APPLICATION_BAD_ARGUMENT';
  await expect(served(undefined)).rejects.toMatchObject({ code, place: 'options of serveApplication' });
  await expect(served({})).rejects.toMatchObject({ code, place: 'member of serveApplication' });
  await expect(served({ onmessage: () => {} })).rejects.toMatchObject({
    code,
    place: 'onmessage of serveApplication',
  });
});
