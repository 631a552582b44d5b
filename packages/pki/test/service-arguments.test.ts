import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RevocationReason } from '@entente/pki';
import { openAuthority } from '@entente/pki/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HandClock } from './hand-clock.ts';

const orders = 'orders.contoso.example';
const bad = { code: 'ENTENTE_PKI_BAD_ARGUMENT' };

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'entente-arguments-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const authority = () => openAuthority({ directory, domain: 'contoso.example', clock: new HandClock() });

describe('an authority for services, called by plain JavaScript', () => {
  it('refuses a reason that is none before anything is revoked, and revokes and opens afterwards', async () => {
    {
      await using opened = await authority();
      await opened.identity(orders);
      for (const reason of ['key-compromise', 'removeFromCRL', 4])
        await expect(opened.revoke(orders, reason as RevocationReason)).rejects.toMatchObject({
          ...bad,
          message: expect.stringContaining('keyCompromise'),
        });
      await opened.identity(orders);
      expect((await opened.revoke(orders, 'keyCompromise')).serials).toHaveLength(1);
    }
    await using again = await authority();
    await expect(again.identity(orders)).rejects.toMatchObject({ reason: 'subject-revoked' });
  });

  it('refuses no name, and a name that is not a text', async () => {
    await using opened = await authority();
    const given = opened as unknown as Record<
      'identity' | 'reissue' | 'revoke',
      (...names: unknown[]) => Promise<unknown>
    >;
    for (const names of [[], [undefined], [[orders]], [7], ['Orders']]) {
      await expect(given.identity(...names)).rejects.toMatchObject(bad);
      await expect(given.reissue(...names)).rejects.toMatchObject(bad);
      await expect(given.revoke(...names)).rejects.toMatchObject(bad);
    }
  });

  it('refuses options that are none', async () => {
    for (const options of [undefined, null, 'ca'])
      await expect(openAuthority(options as never)).rejects.toMatchObject(bad);
  });
});

describe('the addresses that services may have as names', () => {
  const withAddresses = (addresses: unknown) =>
    openAuthority({ directory, domain: 'contoso.example', clock: new HandClock(), addresses } as never);

  it('are a list of ranges, and nothing is created where they are not', async () => {
    for (const given of ['10.0.0.0/8', ['10.0.0.0'], ['10.0.0.0/33'], [10], null])
      await expect(withAddresses(given)).rejects.toMatchObject({
        ...bad,
        place: 'option addresses of openAuthority',
      });
    expect(await readdir(directory)).toEqual([]);
  });

  it('stay those with which the authority was created: others are refused, the same in another order are not', async () => {
    await (await withAddresses(['10.0.0.0/8', '192.0.2.0/24']))[Symbol.asyncDispose]();
    for (const given of [['10.0.0.0/8'], ['10.0.0.0/8', '192.0.2.0/24', '203.0.113.0/24'], []])
      await expect(withAddresses(given)).rejects.toMatchObject({
        ...bad,
        message: expect.stringContaining('192.0.2.0/24'),
      });
    await (await withAddresses(['192.0.2.7/24', '10.0.0.0/8']))[Symbol.asyncDispose]();
    await using opened = await authority();
    expect((await opened.identity(orders)).name).toBe(orders);
  });
});

describe('the domain of an authority', () => {
  it.each([
    [undefined, 'none'],
    ['Contoso', 'another text'],
    [7, 'a value of the type number'],
  ])('is refused with what was found: %s', async (domain, found) => {
    await expect(openAuthority({ directory, domain } as never)).rejects.toMatchObject({
      ...bad,
      sentence: `expected domain to be a domain in lower case, like contoso.example, found ${found}`,
    });
  });

  it.each([
    ['Contoso.example', 'write it in lower case'],
    ['bücher.example', 'write it as DNS has it, in ASCII: domainToASCII of node:url gives that form'],
    ['contoso', 'correct the option'],
    [7, 'correct the option'],
  ])('is refused with how it is written: %s', async (domain, remedy) => {
    await expect(openAuthority({ directory, domain } as never)).rejects.toMatchObject({ ...bad, remedy });
  });
});

describe('what is said of an option that is wrong', () => {
  it.each<[string, unknown, string]>([
    ['directory', undefined, 'expected directory to be the path of a folder, found none'],
    ['directory', 5, 'expected directory to be the path of a folder, found a value of the type number'],
    ['directory', '', 'expected directory to be the path of a folder, found an empty text'],
    ['addresses', null, 'expected addresses to be a list of ranges like 203.0.113.0/24, found null'],
    [
      'addresses',
      ['10.0.0.0'],
      'expected addresses to be a list of ranges like 203.0.113.0/24, found another list',
    ],
    [
      'objectsUrl',
      'ca.contoso.example',
      'expected objectsUrl to be a base like http://ca.contoso.example, found another text',
    ],
    ['openLedger', 'x', 'expected openLedger to be a function, found another text'],
    [
      'clock',
      () => 0,
      'expected clock to be a clock with now() and after(delayMs, run), found a value of the type function',
    ],
    ['isClockRight', 'true', 'expected isClockRight to be true or false, found another text'],
  ])('names it, and what was found: %s as %o', async (name, given, sentence) => {
    const options = { directory, domain: 'contoso.example', [name]: given };
    await expect(openAuthority(options as never)).rejects.toMatchObject({
      ...bad,
      sentence,
      place: `option ${name} of openAuthority`,
    });
  });

  it('is that lists cannot be at an address of https', async () => {
    const objectsUrl = 'https://ca.contoso.example';
    await expect(openAuthority({ directory, domain: 'contoso.example', objectsUrl })).rejects.toMatchObject({
      ...bad,
      sentence:
        'expected objectsUrl to be a base like http://ca.contoso.example, found one of https, which is not possible here',
      remedy: expect.stringContaining('the certificate of an https server'),
    });
  });
});

describe('the folder of an authority', () => {
  it('is refused without a key of it, and the remedy names a copy of the folder', async () => {
    await (await authority())[Symbol.asyncDispose]();
    const place = join(directory, 'intermediate_ca.key');
    await rm(place);
    await expect(authority()).rejects.toMatchObject({
      code: 'ENTENTE_PKI_AUTHORITY_DAMAGED',
      place,
      remedy: expect.stringContaining('put the key back from a copy of the folder'),
    });
  });

  it('is refused where a file is, or is on the way', async () => {
    const file = join(directory, 'ca');
    await writeFile(file, '');
    for (const given of [file, join(file, 'below')])
      await expect(openAuthority({ directory: given, domain: 'contoso.example' })).rejects.toMatchObject({
        ...bad,
        place: `option directory of openAuthority, ${given}`,
      });
  });

  it('keeps its mode where it holds something else, and is refused where others may write to it', async () => {
    await writeFile(join(directory, 'package.json'), '{}');
    await chmod(directory, 0o775);
    await expect(authority()).rejects.toMatchObject({
      code: 'ENTENTE_PKI_SECRET_EXPOSED',
      remedy: expect.stringContaining(`run chmod 700 ${directory}, and`),
    });
    expect(await readdir(directory), 'no key is written there').toEqual(['package.json']);
    await chmod(directory, 0o755);
    await using _opened = await authority();
    expect((await stat(directory)).mode & 0o777).toBe(0o755);
  });

  it('gets a mode of its own where it was empty', async () => {
    await chmod(directory, 0o775);
    await using _opened = await authority();
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
  });
});
