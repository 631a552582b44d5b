import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sendLocalOrder } from '@entente/host';
import { issuerId } from '@entente/pki';
import { authorityFolder, IssuerStore, importLists, restoreBackup } from '@entente/pki/node';
import { databaseFile, openLedger } from '@entente/store-sql';
import { decodeTrustState, memberStandingFormat, type TrustState } from '@entente/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Credentials,
  document,
  frontEnd,
  type LogLine,
  type Scene,
  signed,
  startScene,
} from './network.ts';

const [fe01, fe02, fe03] = ['fe01.contoso.example', 'fe02.contoso.example', 'fe03.contoso.example'] as const;
type Joined = Credentials & { readonly serialHex: string };

let scene: Scene;
let folder: string;
let backup: string;
const joined = new Map<string, Joined>();
const as = (fqdn: string) => joined.get(fqdn) as Joined;
const first = document([fe01, fe02, fe03].map(frontEnd));
const second = { ...document([fe01, fe02, fe03].map(frontEnd), first), title: 'second' };

/** What is in force, as a member sees it. */
async function state(who: Credentials = as(fe01)): Promise<TrustState> {
  const decoded = decodeTrustState(await (await scene.ask('/state', who)).text());
  if (!decoded.ok) throw new Error(decoded.message);
  return decoded.state;
}
const numberOf = ({ lists }: TrustState) =>
  lists.find(({ issuer }) => issuer === scene.made.issuerId)?.number ?? 0;
const command = (path: string, body: object) =>
  scene.ask(path, scene.alice, { method: 'POST', body: JSON.stringify(body) });
const listed = async (subject: string) =>
  (
    (await (await scene.ask(`/certificates?subject=${subject}`, scene.alice)).json()) as {
      certificates: object[];
    }
  ).certificates;
const bundle = async () =>
  ((await (await scene.ask('/trust-bundle')).json()) as { sequence: number }).sequence;
const lines = (event: string) =>
  scene.log.filter((line: LogLine & { readonly event?: string }) => line.event === event);

/** @param lists - files with lists of members */
const restore = (lists: readonly { readonly place: string; readonly content: Uint8Array }[]) =>
  scene.stopped(async () => {
    await restoreBackup({
      from: backup,
      directory: folder,
      replace: true,
      databaseFile,
      now: Date.now,
      async prepare(draft) {
        await using ledger = await openLedger(draft);
        return await importLists(draft, ledger, lists);
      },
    });
  });

/** The id of the next issuing authority, whose certificate waits at the root. */
async function waitingIssuer(): Promise<string> {
  const store = await IssuerStore.open(authorityFolder(folder));
  await store.request('contoso.example');
  return issuerId((await store.pending())?.publicKey ?? new Uint8Array());
}

beforeAll(async () => {
  scene = await startScene();
  folder = dirname(scene.made.files.rootCertificate);
  backup = join(dirname(folder), 'backup');
  await scene.publish(signed(first));
  await scene.stopped(async () => void (await waitingIssuer()));
  for (const fqdn of [fe01, fe02]) joined.set(fqdn, await scene.join(fqdn));
});
afterAll(() => scene.close());

describe('the backup of a running authority', () => {
  it('is ordered on its own machine, over a socket for its owner alone, and recorded', async () => {
    const socket = join(folder, 'orders.sock');
    expect((await stat(socket)).mode & 0o777).toBe(0o600);
    const manifest = await sendLocalOrder(socket, { order: 'backup', to: backup });
    expect(manifest).toMatchObject({
      files: expect.arrayContaining([expect.objectContaining({ path: databaseFile })]),
    });
    const { records } = (await (await scene.ask('/audit', scene.alice)).json()) as { records: object[] };
    expect(records).toContainEqual(
      expect.objectContaining({ action: 'backup-written', details: expect.objectContaining({ to: backup }) }),
    );
    const again = sendLocalOrder(socket, { order: 'backup', to: backup });
    await expect(again).rejects.toMatchObject({ code: 'ENTENTE_PKI_AUTHORITY_EXISTS' });
    for (const order of [{ order: 'other' }, { order: 'backup', to: 'relative' }]) {
      await expect(sendLocalOrder(socket, order)).rejects.toMatchObject({ code: 'ENTENTE_ORDER_UNKNOWN' });
    }
  });
});

describe('an authority that was restored from it', () => {
  let before: { readonly state: TrustState; readonly bundle: number };
  let third: Joined;

  it('makes its numbers jump ahead of what any member has seen, once', async () => {
    joined.set(fe03, await scene.join(fe03));
    third = as(fe03);
    await command('/revoke', { server: fe02, reason: 'keyCompromise' });
    await scene.publish(signed(second));
    before = { state: await state(), bundle: await bundle() };
    const path = `/lists/${scene.made.issuerId}/0`;
    const content = new Uint8Array(await (await scene.ask(path, as(fe01))).arrayBuffer());
    const took = Date.now();
    await restore([{ place: 'revocation.crl', content }]);
    const after = await state();
    expect(numberOf(after)).toBeGreaterThanOrEqual(took);
    expect(after.sequence).toBeGreaterThan(before.state.sequence);
    expect(after.sequence).toBeGreaterThanOrEqual(took);
    expect(await bundle()).toBeGreaterThanOrEqual(took);
    expect(lines('restored')).toHaveLength(1);
    await scene.restart();
    const number = numberOf(await state());
    expect([number > numberOf(after), number - numberOf(after) < 20]).toEqual([true, true]);
    expect(lines('restored')).toHaveLength(1);
  });

  it('gives the lists of the next issuing authority numbers that they had not, too', async () => {
    const id = await waitingIssuer();
    await scene.stopped(async () => {
      await using ledger = await openLedger(folder);
      expect(await ledger.nextCrlNumber(id)).toBeGreaterThan(Date.parse('2026-01-01'));
    });
  });

  it('keeps out what was revoked since, because a member had the list', async () => {
    await expect(scene.ask('/topology', as(fe02))).rejects.toThrow();
    expect(await listed(fe02)).toMatchObject([{ revocation: { reason: 'keyCompromise' } }]);
  });

  it('adopts a certificate that it has issued since, when its server presents it', async () => {
    expect(await listed(fe03)).toEqual([]);
    expect((await scene.ask('/topology', third)).status).toBe(200);
    expect(await listed(fe03)).toMatchObject([{ serial: third.serialHex, requester: 'restored' }]);
    await scene.ask('/topology', third);
    expect(lines('certificate-adopted')).toHaveLength(1);
    const { records } = (await (await scene.ask('/audit', scene.alice)).json()) as { records: object[] };
    expect(records).toContainEqual(
      expect.objectContaining({
        action: 'certificate-adopted',
        subject: fe03,
        details: expect.objectContaining({ serial: third.serialHex }),
      }),
    );
    expect(records).toContainEqual(expect.objectContaining({ action: 'authority-restored' }));
  });

  it('says that a member acts on a newer topology, until that is published again', async () => {
    const standing = {
      format: memberStandingFormat,
      topology: 2,
      state: before.state.sequence,
      lists: [],
      certificateEnd: new Date(Date.now()).toISOString(),
      formats: ['entente-topology/1'],
    };
    const report = () => scene.ask('/standing', as(fe01), { method: 'POST', body: JSON.stringify(standing) });
    expect((await report()).status).toBe(204);
    await report();
    expect(lines('topology-behind')).toMatchObject([
      { peer: fe01, version: 2, remedy: expect.stringContaining('topology publish topology.v2.json') },
    ]);
    expect((await scene.publish(signed(second))).status).toBe(200);
    expect((await state()).topology.version).toBe(2);
  });

  it('without a list, believes a certificate again that was revoked since', async () => {
    await restore([]);
    expect((await scene.ask('/topology', as(fe02))).status).toBe(200);
    expect(await readFile(join(folder, 'restored.json'), 'utf8')).toContain('jumpedAt');
  });
});
