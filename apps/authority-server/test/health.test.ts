import { PkiFault } from '@entente/pki';
import { openStore } from '@entente/store-sql';
import { systemClock } from '@entente/tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, document, frontEnd, type Scene, signed, startScene } from './network.ts';

const first = document([frontEnd('fe01.contoso.example')]);
const second = document([frontEnd('fe01.contoso.example'), frontEnd('fe02.contoso.example')], first);
let scene: Scene;
let clock: { offsetMs: number };
let fe01: Credentials;

beforeAll(async () => {
  const moved = { offsetMs: 0 };
  clock = moved;
  const now = () => Date.now() + moved.offsetMs;
  scene = await startScene({ ...systemClock, now }, { openStore: openFull });
  await scene.publish(signed(first));
  fe01 = await scene.join('fe01.contoso.example');
});
afterAll(() => scene.close());

const disk = { isFull: false };
/** A database whose disk is full once a version of the topology comes: it takes none, and says so of itself. */
const openFull: typeof openStore = async (directory, options) => {
  const store = await openStore(directory, options);
  const { topologies } = store;
  const full = { sentence: 'no space left', place: 'the disk of this test', remedy: 'free space' };
  const add: typeof topologies.add = async (version, text) => {
    if (disk.isFull) throw new PkiFault('ENTENTE_PKI_LEDGER_UNAVAILABLE', full);
    return topologies.add(version, text);
  };
  const standing: typeof store.standing = () =>
    disk.isFull ? { ok: false, since: 0, sentence: full.sentence, remedy: full.remedy } : store.standing();
  return { ...store, standing, topologies: { ...topologies, add } };
};

describe('the health of an authority', () => {
  it('is well while everything can be recorded', async () => {
    const response = await scene.ask('/healthz');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'ok' });
  });

  it('tells a member and an administrator what fails, and anybody else no more than a status', async () => {
    disk.isFull = true;
    const refused = await scene.publish(signed(second));
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ reason: 'storage-unavailable', remedy: expect.any(String) });
    for (const who of [scene.alice, fe01]) {
      const response = await scene.ask('/healthz', who);
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({
        status: 'unavailable',
        problems: ['topologies', 'ledger'].map((part) => ({
          part,
          message: expect.any(String),
          remedy: expect.any(String),
        })),
      });
    }
    const plain = await scene.ask('/healthz');
    expect([plain.status, await plain.json()]).toEqual([503, { status: 'unavailable' }]);
  });

  it('leaves the version before in force, and nothing half-written', async () => {
    expect((await scene.ask('/topology', fe01)).status).toBe(200);
    expect((await scene.ask('/topology/2', fe01)).status).toBe(404);
  });

  it('is well again with the first success, without a restart', async () => {
    disk.isFull = false;
    expect(await (await scene.publish(signed(second))).json()).toMatchObject({ version: 2 });
    expect(await (await scene.ask('/healthz')).json()).toEqual({ status: 'ok' });
  });

  it('has what is wrong with its server besides, such as a log that takes no lines, for as long as that is so', async () => {
    const log = { part: 'log', message: 'it takes no lines', remedy: 'free space' };
    let isFull = true;
    const { member, problems } = scene.server();
    member?.reportProblems(() => [...(problems?.() ?? []), ...(isFull ? [{ ...log, stops: false }] : [])]);
    const response = await scene.ask('/healthz', scene.alice);
    expect([response.status, await response.json()]).toEqual([
      503,
      { status: 'unavailable', problems: [log] },
    ]);
    isFull = false;
    expect(await (await scene.ask('/healthz')).json()).toEqual({ status: 'ok' });
  });

  it('says that the revocation list has expired, and the certificate of the authority itself', async () => {
    clock.offsetMs = 8 * 86_400_000;
    const response = await scene.ask('/healthz');
    expect(response.status).toBe(503);
  });
});
