import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocations } from '@entente/front-end';
import type { Logger, Plugins } from '@entente/host';
import type { Member } from '@entente/member';
import type { Binding, Locations } from '@entente/sip-proxy/locations';
import { noRedis, startRedis } from '@entente/testkit/redis';
import { sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkConfig } from '../src/check-config.ts';
import { poolServerConfig } from '../src/config.ts';

const alice = 'alice@contoso.example';
let folder: string;
let events: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-pool-server-'));
  events = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const member = { fqdn: sampleFrontEnd.fqdn, topology: sampleTopology() } as unknown as Member;
const plugins = { calls: () => [] } as Pick<Plugins, 'calls'>;
const write = (fields: { readonly event?: string }) => void events.push(fields.event ?? '');
const logger = { info: write, warn: write } as unknown as Logger;

const binding: Binding = {
  aor: alice,
  uri: 'sip:alice@192.0.2.1',
  q: 1,
  expiresAt: Date.now() + 600_000,
  callId: 'c',
  cseq: 1,
  path: [],
  updatedAt: Date.now(),
};
const put = async (locations: Locations | undefined, bindings: readonly Binding[]) =>
  locations?.update(alice, Date.now(), () => ({ bindings, result: undefined }));

/** What a start of the server opens, or of another one in a folder of its own. */
async function open(redis: object, directory = '.') {
  await mkdir(join(folder, directory), { recursive: true });
  const config = poolServerConfig.parse({
    fqdn: member.fqdn,
    directory,
    locations: { redis },
  });
  return openLocations({ config, configFile: join(folder, 'fe1.yaml'), plugins, member, logger });
}

describe.skipIf(noRedis !== undefined)(`a server whose pool shares a Redis${noRedis ?? ''}`, () => {
  it('finds its users after a restart while Redis is away, gives them back to a Redis that has lost them, and believes it from then on', async () => {
    await using redis = await startRedis();
    const seen = async (locations: Locations | undefined) =>
      ((await locations?.lookup(alice, Date.now())) ?? []).map(({ uri }) => uri);
    {
      await using first = await open(redis.place);
      await put(first.locations, [binding]);
    }
    await redis.kill();
    expect((await stat(join(folder, 'locations.jsonl'))).mode & 0o777).toBe(0o600);
    await using again = await open(redis.place);
    expect(events).toContain('registrations-restored');
    expect(again.isLost).toBe(true);
    expect(await seen(again.locations)).toEqual([binding.uri]);
    await expect(put(again.locations, [])).rejects.toMatchObject({ code: 'ENTENTE_LOCATIONS_UNAVAILABLE' });

    await redis.start();
    await redis.command('FLUSHALL');
    await expect.poll(() => again.isLost).toBe(false);
    await using another = await open(redis.place, 'another');
    await expect.poll(() => seen(another.locations)).toEqual([binding.uri]);
    await put(another.locations, []);
    await expect.poll(() => seen(again.locations)).toEqual([]);
  });

  it('has a problem of health with the remedy for what Redis answers, until that takes a change', async () => {
    await using redis = await startRedis();
    await using opened = await open(redis.place);
    await put(opened.locations, [binding]);
    expect(opened.problems()).toEqual([]);
    await redis.command('CONFIG', 'SET', 'maxmemory', '1');
    await expect(put(opened.locations, [binding])).rejects.toMatchObject({
      code: 'ENTENTE_LOCATIONS_UNAVAILABLE',
    });
    expect(opened.problems()).toEqual([
      expect.objectContaining({
        part: 'locations',
        message: expect.stringContaining('OOM'),
        remedy: expect.stringContaining('maxmemory'),
        stops: false,
      }),
    ]);
    await redis.command('CONFIG', 'SET', 'maxmemory', '0');
    await put(opened.locations, [binding]);
    expect(opened.problems()).toEqual([]);
  });

  it('has a problem of health while Redis throws registrations away when its memory is full', async () => {
    await using redis = await startRedis();
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    await using opened = await open(redis.place);
    await expect
      .poll(() => opened.problems())
      .toEqual([
        expect.objectContaining({
          part: 'locations',
          message: expect.stringContaining('allkeys-lru'),
          remedy: expect.stringContaining('noeviction'),
          stops: false,
        }),
      ]);
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    await expect.poll(() => opened.problems()).toEqual([]);
  });
});

/** A configuration file with this text, of a server that has joined. */
async function config(text: string): Promise<string> {
  const file = join(folder, 'fe1.yaml');
  await mkdir(join(folder, 'fe1'), { recursive: true });
  await writeFile(join(folder, 'fe1', 'member.json'), '{}');
  await writeFile(file, `fqdn: ${member.fqdn}\ndirectory: fe1\n${text}`);
  return file;
}

it.each(['192.0.2.1', '"::2"', 'localhost'])(
  'a Redis at %s, which would be asked in plain text, ends the check of the configuration',
  async (host) => {
    const file = await config(`locations: { redis: { host: ${host} } }\n`);
    await expect(checkConfig(file)).rejects.toMatchObject({ code: 'ENTENTE_REDIS_PLAIN' });
  },
);

it.each(['127.0.0.1', 'redis1.contoso.example'])('a Redis at %s passes it', async (host) => {
  await checkConfig(await config(`locations: { redis: { host: ${host} } }\n`));
});

describe('the password of Redis', () => {
  const named = 'locations: { redis: { host: 127.0.0.1, passwordFile: redis-password } }\n';

  it.each([
    ['is not there', undefined, 0o600, 'ENTENTE_FILE_UNREADABLE'],
    ['is empty', '\n', 0o600, 'ENTENTE_FILE_UNREADABLE'],
    ['is readable by others', 'secret\n', 0o644, 'ENTENTE_PKI_SECRET_EXPOSED'],
  ])('whose file %s ends the start and the check of the configuration', async (_what, text, mode, code) => {
    const path = join(folder, 'redis-password');
    if (text !== undefined) {
      await writeFile(path, text);
      await chmod(path, mode);
    }
    await expect(checkConfig(await config(named))).rejects.toMatchObject({ code, place: path });
    await expect(open({ host: '127.0.0.1', passwordFile: 'redis-password' })).rejects.toMatchObject({ code });
  });
});
