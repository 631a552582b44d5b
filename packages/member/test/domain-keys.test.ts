import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstPoolKeys, formatPoolKeys, opensAfterMs, rotatePoolKeys, sealsMs } from '@entente/pki';
import { createTestLog } from '@entente/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DomainKeysFile } from '../src/files/domain-keys-file.ts';
import { MemberFiles } from '../src/files/member-files.ts';
import { DomainState } from '../src/state/domain-state.ts';
import { openDomainTrust } from '../src/state/domain-trust.ts';
import { purposeKeys } from '../src/state/purpose-keys.ts';
import { poolKeysText, startMember } from './hostile-authority.ts';
import { TestClock, topologyOf } from './sample-domain.ts';

const start = Date.UTC(2026, 5, 1);
const day = 86_400_000;
const pool = 'pool1.contoso.example';
const at = (now: number) => ({ now, random: randomBytes });
const first = firstPoolKeys(pool, at(start));
const second = rotatePoolKeys(first, 'scheduled', at(start + 6 * day));

function open(keys = first) {
  const clock = new TestClock(start);
  const topology = topologyOf({ policies: { trustState: { refuseAfterSeconds: 10_000_000 } } });
  const parts = { topology, roots: [], lists: [], clock, lastKnown: { confirmedAt: start } };
  const state = new DomainState({ ...parts, keys, onFault: () => {} });
  return { clock, state };
}

describe('the keys of a pool, as a member uses them', () => {
  it('are the same at every member and after a restart, and others for each purpose', () => {
    const [one, other] = [open(), open()].map(({ state }) => purposeKeys(state, 'routes'));
    expect(one?.current).toEqual(other?.current);
    expect(one?.current.key).toHaveLength(32);
    expect(one?.keyOf(1)).toBe(one?.current.key);
    expect(one?.keyOf(2)).toBeUndefined();
    const gruus = purposeKeys(open().state, 'gruus');
    expect(gruus.current.key).not.toEqual(one?.current.key);
    const elsewhere = purposeKeys(open(firstPoolKeys(pool, at(start))).state, 'routes');
    expect(elsewhere.current.key).not.toEqual(one?.current.key);
    expect([...(one?.current.key ?? [])], 'and never that of the pool itself').not.toEqual([
      ...first.keys[0].key,
    ]);
  });

  it('change in a running server: a new one opens at once, seals in its time, and the old one opens for a week more', () => {
    const { clock, state } = open();
    const keys = purposeKeys(state, 'routes');
    const old = keys.current.key;
    const changes: string[] = [];
    state.onChange(({ what }) => void changes.push(what));
    clock.advance(6 * day);
    state.takeUp({ keys: second });
    state.takeUp({ keys: second });
    expect([keys.current.epoch, keys.keyOf(1), keys.keyOf(2) === undefined]).toEqual([1, old, false]);
    for (let days = 0; days < 1; days++) clock.advance(day);
    expect([keys.current.epoch, keys.keyOf(1)]).toEqual([2, old]);
    expect(keys.keyOf(2)).toBe(keys.current.key);
    const left = (start + sealsMs + opensAfterMs - clock.now()) / day;
    for (let days = 0; days < left; days++) clock.advance(day);
    expect([keys.keyOf(1), keys.keyOf(2)]).toEqual([undefined, keys.current.key]);
    expect(changes).toEqual(['keys', 'keys', 'keys']);
  });

  it('are no change of the trust: no connection is judged again for them', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'entente-keys-'));
    const { state } = open();
    await using trust = await openDomainTrust(state, { hosts: [], cacheDirectory: directory });
    const { version } = trust;
    state.takeUp({ keys: second });
    expect(trust.version).toBe(version);
    await rm(directory, { recursive: true });
  });

  it('are needed: a server that has none says so and does not draw its own', () => {
    const clock = new TestClock(start);
    const parts = { topology: topologyOf(), roots: [], lists: [], clock, lastKnown: {} };
    const state = new DomainState({ ...parts, onFault: () => {} });
    expect(() => purposeKeys(state, 'routes')).toThrow(
      expect.objectContaining({ code: 'ENTENTE_MEMBER_NO_KEYS', remedy: expect.any(String) }),
    );
  });
});

describe('the file with the keys of a pool', () => {
  let directory: string;
  let path: string;
  let warnings: string[];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'entente-keys-'));
    path = join(directory, 'domain-keys.json');
    warnings = [];
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));
  const log = createTestLog(({ level, message }) => level === 'warn' && warnings.push(message));
  const file = () => new DomainKeysFile(new MemberFiles(directory), log);

  it('is for its owner alone, and is read by the next run', async () => {
    expect(await file().restore()).toBeUndefined();
    await file().keep(second);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await file().restore()).toEqual(second);
    expect(warnings).toEqual([]);
  });

  it('is written where the keys are others, and not each minute', async () => {
    const own = file();
    await own.keep(first);
    await rm(path);
    await own.keep(first);
    await expect(stat(path)).rejects.toThrow();
    await own.keep(second);
    expect(await file().restore()).toEqual(second);
  });

  it('is passed over with a warning where it is half written or damaged', async () => {
    const text = formatPoolKeys(first);
    for (const damaged of ['', text.slice(0, 100), text.replace('"epoch":1', '"epoch":"1"'), 'null']) {
      await writeFile(path, damaged, { mode: 0o600 });
      warnings = [];
      expect(await file().restore(), damaged).toBeUndefined();
      expect(warnings).toHaveLength(1);
    }
  });

  it('is refused where others may read it', async () => {
    await file().keep(first);
    await chmod(path, 0o644);
    await expect(file().restore()).rejects.toMatchObject({ code: 'ENTENTE_PKI_SECRET_EXPOSED', place: path });
    expect(await readFile(path, 'utf8')).toContain('"epoch":1');
  });
});

describe('a member that follows the keys of its pool', () => {
  it('has them in force where they cannot be written, and keeps what it has where the answer is none', async () => {
    await using member = await startMember();
    member.answer('/topology', member.signed(member.first));
    await member.follower.refresh();
    const { keys } = member.state;
    expect(keys?.sealing.epoch).toBe(1);
    expect(member.keysKept.map(formatPoolKeys)).toEqual([poolKeysText]);
    for (const garbage of ['', 'null', poolKeysText.slice(0, 50), '<html>busy</html>', ' '.repeat(100_000)]) {
      member.warnings.length = 0;
      member.answer('/domain-keys', garbage);
      await member.follower.refresh();
      expect(member.state.keys).toBe(keys);
      expect(member.warnings).toHaveLength(1);
    }
    for (const status of [403, 404, 500]) {
      member.warnings.length = 0;
      member.answer('/domain-keys', (_, response) => void response.writeHead(status).end(poolKeysText));
      await member.follower.refresh();
      expect(member.state.keys).toBe(keys);
      expect(member.warnings).toEqual([expect.stringMatching(`not fetched.*status ${status}`)]);
    }
    expect(member.keysKept).toHaveLength(1);
  });

  it('writes them at its end where the disk was full before', async () => {
    await using member = await startMember();
    member.answer('/topology', member.signed(member.first));
    member.fillDisk(true);
    await member.follower.refresh();
    expect(member.keysKept).toEqual([]);
    member.fillDisk(false);
    await member.follower[Symbol.asyncDispose]();
    expect(member.keysKept.map(formatPoolKeys)).toEqual([poolKeysText]);
  });
});
