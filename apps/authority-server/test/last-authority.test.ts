import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { openLedger } from '@entente/store-sql';
import { systemClock } from '@entente/tls';
import { decodePemCertificates } from '@entente/x509';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { document, frontEnd, type Scene, signed, startScene } from './network.ts';

const fqdn = 'ca.contoso.example';
const first = document([frontEnd('fe01.contoso.example')]);
let scene: Scene;
let clock: { offsetMs: number };

beforeEach(async () => {
  const moved = { offsetMs: 0 };
  clock = moved;
  scene = await startScene({ ...systemClock, now: () => Date.now() + moved.offsetMs });
  await scene.publish(signed(first));
});
afterEach(() => scene.close());

const revoke = async (order: object) => {
  const body = JSON.stringify({ ...order, reason: 'keyCompromise' });
  return (await scene.ask('/revoke', scene.alice, { method: 'POST', body })).json();
};
const ownSerial = async (): Promise<string> => {
  const decoded = decodePemCertificates(await readFile(scene.made.files.serverCertificate));
  if (!decoded.ok || decoded.value[0] === undefined) throw new Error('no certificate');
  return decoded.value[0].serialHex;
};
const serves = async () => (await scene.ask('/topology', scene.alice)).status;

describe('the only authority', () => {
  it('is not revoked by one administrator, neither by its name nor by the serial number of its certificate', async () => {
    for (const order of [{ server: fqdn }, { serial: await ownSerial() }]) {
      expect(await revoke(order)).toMatchObject({
        status: 409,
        reason: 'last-authority',
        remedy: expect.stringContaining('tls.key'),
      });
    }
    expect(await serves()).toBe(200);
  });

  it('issues itself another certificate where its files are gone or damaged; the one before can then be revoked', async () => {
    const before = await ownSerial();
    await scene.stopped(() => rm(scene.made.files.serverKey));
    expect(await ownSerial()).not.toBe(before);
    expect(await serves()).toBe(200);
    expect(await revoke({ serial: before })).toMatchObject({ serials: [before] });
    expect(await serves()).toBe(200);
    await scene.stopped(() => writeFile(scene.made.files.serverCertificate, 'damaged'));
    expect(await serves()).toBe(200);
  });

  it('issues itself another certificate where its own was revoked', async () => {
    const before = await ownSerial();
    await scene.stopped(async () => {
      await using ledger = await openLedger(dirname(scene.made.files.serverKey));
      await ledger.revoke(scene.made.issuerId, before, { at: Date.now(), reason: 'keyCompromise' });
    });
    expect(await ownSerial()).not.toBe(before);
    expect(await serves()).toBe(200);
  });

  it('issues itself another certificate where its own has expired', async () => {
    const before = await ownSerial();
    await scene.stopped(async () => {
      clock.offsetMs = 30 * 86_400_000;
    });
    expect(await ownSerial()).not.toBe(before);
  });
});

describe('an authority whose clock was ahead', () => {
  /** Stopped, and started again with this offset. */
  const startWith = (days: number) =>
    scene.stopped(async () => {
      clock.offsetMs = days * 86_400_000;
    });

  it('has not kept the certificate that it gave itself then', async () => {
    const before = await ownSerial();
    await startWith(4);
    const ofTheFuture = await ownSerial();
    await startWith(0);
    expect(new Set([before, ofTheFuture, await ownSerial()]).size).toBe(3);
    expect(await serves()).toBe(200);
  });
});

describe('one of two authorities', () => {
  it('may be revoked, and issues itself another certificate while it runs', async () => {
    const second = document(
      [frontEnd('fe01.contoso.example'), { fqdn: 'ca2.contoso.example', role: 'authority' }],
      first,
    );
    expect(await (await scene.publish(signed(second))).json()).toMatchObject({ version: 2 });
    const before = await ownSerial();
    expect(await revoke({ server: fqdn })).toMatchObject({ serials: expect.arrayContaining([before]) });
    await expect.poll(ownSerial).not.toBe(before);
    // Logged after it is on disk.
    await expect.poll(() => scene.log).toContainEqual(expect.objectContaining({ event: 'renewed' }));
  });
});

describe('an authority beside the key of its root', () => {
  it('says at each start that the key must be moved away, until it is', async () => {
    const warnings = () => scene.log.filter((line) => 'event' in line && line.event === 'root-key-present');
    expect(warnings()).toEqual([expect.objectContaining({ remedy: expect.stringContaining('move ') })]);
    await scene.restart();
    expect(warnings()).toHaveLength(2);
    await scene.stopped(() => rm(scene.made.files.rootKey));
    expect(warnings()).toHaveLength(2);
  });

  it('says so to administrators, until the key has been moved away', async () => {
    const beside = async () => {
      const issuers = await (await scene.ask('/issuers', scene.alice)).json();
      return (issuers as { rootKey?: object }).rootKey;
    };
    expect(await beside()).toEqual({
      file: scene.made.files.rootKey,
      message: expect.stringContaining('on the machine of the authority'),
      remedy: expect.stringContaining(`move ${scene.made.files.rootKey} to`),
    });
    await rm(scene.made.files.rootKey);
    expect(await beside()).toBeUndefined();
  });
});
