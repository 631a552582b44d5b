import { dirname, join } from 'node:path';
import { sendLocalOrder } from '@entente/host';
import { PkiFault } from '@entente/pki';
import { createKeyAndRequest, enrol, parseJoinToken } from '@entente/pki/client';
import { restoreBackup } from '@entente/pki/node';
import { databaseFile, openStore } from '@entente/store-sql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, document, frontEnd, type Scene, send, signed, startScene } from './network.ts';

const [fe01, fe02, fe03] = ['fe01.contoso.example', 'fe02.contoso.example', 'fe03.contoso.example'] as const;

let scene: Scene;
let folder: string;
/** Done once, between the record of what is about to be signed and the record of the certificate. */
let midIssuance: (() => Promise<unknown>) | undefined;
let underWay: Credentials & { readonly serialHex: string };
/** Joined since the backup. */
let sinceThen: Credentials;
let isFull = false;
/** One that was used since the backup, and one that was not. */
let used: string;
let unused: string;

const order = async (server: string) => {
  const body = JSON.stringify({ server });
  const answer = await scene.ask('/join-tokens', scene.alice, { method: 'POST', body });
  return ((await answer.json()) as { token: string }).token;
};
/** Joins with a key of its own; undefined where that is refused. */
const joinWith = async (text: string, fqdn: string): Promise<Credentials | undefined> => {
  const token = parseJoinToken(text);
  if (!token.ok) throw new Error(token.refusal.message);
  const transport = (request: Request) => send(request, scene.server().https.port, scene.made.rootPem);
  const key = await createKeyAndRequest({ subject: fqdn });
  const outcome = await enrol({ token: token.token, key, transport });
  return outcome.ok ? { cert: outcome.certificate.chainPem, key: key.privateKeyPem } : undefined;
};
const listed = async (subject: string) =>
  (
    (await (await scene.ask(`/certificates?subject=${subject}`, scene.alice)).json()) as {
      certificates: object[];
    }
  ).certificates;
const events = () => scene.log.map((line) => (line as { readonly event?: string }).event);

beforeAll(async () => {
  scene = await startScene(undefined, {
    async openStore(directory, options) {
      const store = await openStore(directory, options);
      const { ledger } = store;
      return {
        ...store,
        ledger: {
          ...ledger,
          async append(entry) {
            if (isFull) {
              const sentence = 'the database could not store the change';
              const remedy = 'make space on the disk';
              throw new PkiFault('ENTENTE_PKI_LEDGER_UNAVAILABLE', { sentence, place: directory, remedy });
            }
            const meanwhile = midIssuance;
            midIssuance = undefined;
            await meanwhile?.();
            await ledger.append(entry);
          },
        },
      };
    },
  });
  folder = dirname(scene.made.files.rootCertificate);
  const backup = join(dirname(folder), 'backup');
  await scene.publish(signed(document([fe01, fe02, fe03].map(frontEnd))));
  used = await order(fe02);
  unused = await order(fe03);
  midIssuance = () => sendLocalOrder(join(folder, 'orders.sock'), { order: 'backup', to: backup });
  underWay = await scene.join(fe01);
  sinceThen = (await joinWith(used, fe02)) as Credentials;
  await scene.stopped(async () => {
    await restoreBackup({
      from: backup,
      directory: folder,
      replace: true,
      databaseFile,
      now: Date.now,
      prepare: async () => undefined,
    });
  });
});
afterAll(() => scene.close());

describe('an authority that was restored from a backup that was taken while it issued', () => {
  it('does not revoke the certificate that was under way: its server may have received it since', async () => {
    expect(events()).not.toContain('unfinished-issuance');
    await scene.restart();
    expect(events()).not.toContain('unfinished-issuance');
    expect((await scene.ask('/topology', underWay)).status).toBe(200);
    const { serialHex } = underWay;
    const certificates = await listed(fe01);
    expect(certificates).toMatchObject([{ serial: serialHex, requester: 'restored' }]);
    expect(certificates).not.toMatchObject([{ revocation: expect.anything() }]);
  });

  it('knows no join token of the backup: it cannot know which were used since', async () => {
    expect(await joinWith(used, fe02)).toBeUndefined();
    expect(await joinWith(unused, fe03)).toBeUndefined();
    expect(scene.log.filter(({ reason }) => reason === 'token-unknown')).toHaveLength(2);
    expect(await joinWith(await order(fe03), fe03)).toBeDefined();
  });

  it('says for how long to wait where it cannot record what it adopts, and adopts it then', async () => {
    isFull = true;
    const refused = await scene.ask('/topology', sinceThen);
    expect([refused.status, refused.headers.has('retry-after')]).toEqual([503, true]);
    expect(await refused.json()).toMatchObject({ reason: 'storage-unavailable' });
    isFull = false;
    expect((await scene.ask('/topology', sinceThen)).status).toBe(200);
    expect(await listed(fe02)).toMatchObject([{ requester: 'restored' }]);
  });
});
