import { execFileSync, spawnSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAuthorityFolder } from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import { topologyHash } from '@entente/topology';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AuthorityOrders, openOrders, openTrustIn } from '../scenarios/harness/authority-orders.ts';
import { type AuthorityPlace, createAuthorityPlace, domain } from '../scenarios/harness/authority-place.ts';
import { type AuthorityProcess, runAuthority } from '../scenarios/harness/authority-process.ts';
import { enrolServer } from '../scenarios/harness/enrolled.ts';
import { publishedList } from '../scenarios/harness/published-lists.ts';
import { Acknowledged } from './acknowledged.ts';

/** Whether this test may mount a file system: as root, and not in every container. */
function mayMount(): boolean {
  const size = ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', tmpdir()];
  return process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'mount', ...size]).status === 0;
}

const fqdn = `fe1.${domain}`;
/** More than the room that the database has set aside for itself. */
const mostOrders = 2_000;

// Skipped where the user may not mount a tmpfs (needs root and CAP_SYS_ADMIN).
describe.skipIf(!mayMount())('an authority whose disk is full', { timeout: 240_000 }, () => {
  let folder: string;
  let disk: string;
  let place: AuthorityPlace;
  let running: AuthorityProcess;
  let acknowledged: Acknowledged;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'entente-full-disk-'));
    disk = join(folder, 'disk');
    await mkdir(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]);
    place = await createAuthorityPlace({
      directory: folder,
      authorityDirectory: join(disk, 'ca'),
      pools: [{ fqdn: `pool.${domain}`, role: 'front-end' }],
      servers: [{ fqdn, role: 'front-end', pool: `pool.${domain}` }],
    });
    acknowledged = new Acknowledged();
    running = runAuthority(place.configFile);
    await running.started;
  });
  afterEach(async () => {
    await running.kill();
    execFileSync('umount', ['-l', disk]);
    await rm(folder, { recursive: true, force: true });
  });

  /** Takes every free block. */
  async function fill(): Promise<void> {
    const isFull = (error: { code?: string }): boolean => {
      if (error.code !== 'ENOSPC') throw error;
      return true;
    };
    for (let full = false; !full; ) {
      full = await appendFile(join(disk, 'ballast'), Buffer.alloc(4_096)).then(() => false, isFull);
    }
  }
  const empty = () => rm(join(disk, 'ballast'));

  async function readList(): Promise<void> {
    const before = acknowledged.revoked;
    acknowledged.published(await publishedList(place, 'issuing'), before);
  }

  /** Joins, and lets what it has received be revoked. */
  async function issueAndRevoke(orders: AuthorityOrders): Promise<void> {
    await using trust = await openTrustIn(place);
    const { serialHex } = await enrolServer(place, trust, await orders.joinToken(fqdn, true), fqdn);
    acknowledged.issued(serialHex);
    const answer = await orders.post('/revoke', { serial: serialHex, reason: 'superseded' });
    if (answer.status !== 200) throw new Error(`not revoked: ${JSON.stringify(answer)}`);
    acknowledged.wasRevoked(serialHex);
    await readList();
  }

  /** Sends commands until one is refused: the database goes on in the room that it has set aside. */
  async function untilRefused(orders: AuthorityOrders): Promise<void> {
    for (let count = 0; count < mostOrders; count++) {
      const answer = await orders.post('/join-tokens', { server: fqdn, replace: true });
      if (answer.status === 201) continue;
      expect(answer).toMatchObject({ status: 503, body: { reason: 'storage-unavailable' } });
      return;
    }
    throw new Error('no command was refused');
  }

  async function compare(): Promise<void> {
    await running.kill();
    await using opened = await openAuthorityFolder(place.directory, openLedger);
    await acknowledged.compare(opened.ledger, opened.issuer.id);
    expect(acknowledged.faults).toEqual([]);
  }

  it('says so, acknowledges nothing that is not on record, and goes on once there is space, without a restart', async () => {
    await using orders = await openOrders(place);
    await orders.publish(place.topology);
    await issueAndRevoke(orders);
    await fill();
    await untilRefused(orders);
    expect(await orders.get('/healthz')).toMatchObject({
      status: 503,
      body: { status: 'unavailable', problems: expect.arrayContaining([expect.any(Object)]) },
    });
    for (let count = 0; count < 5; count++) await issueAndRevoke(orders).catch(() => {});
    const previous = topologyHash(place.topology);
    const second = { ...place.topology, version: 2, previous, title: 'second' };
    await expect(orders.publish(second)).rejects.toThrow('storage-unavailable');
    await readList();
    await empty();
    await issueAndRevoke(orders);
    // Nobody has to send the topology again.
    await expect.poll(async () => (await orders.get('/healthz')).status).toBe(200);
    await orders.publish(second);
    await issueAndRevoke(orders);
    expect(acknowledged.counts.issued).toBeGreaterThanOrEqual(3);
    await compare();
  });

  it('opens by itself after it was killed while the disk was full', async () => {
    {
      await using orders = await openOrders(place);
      await orders.publish(place.topology);
      await issueAndRevoke(orders);
      await fill();
      await untilRefused(orders);
      const late = [1, 2, 3].map(() => issueAndRevoke(orders).catch(() => {}));
      await running.kill();
      await Promise.all(late);
    }
    await empty();
    running = runAuthority(place.configFile);
    await running.started;
    await readList();
    await using orders = await openOrders(place);
    expect((await orders.get('/healthz')).status).toBe(200);
    await issueAndRevoke(orders);
    await compare();
  });
});
