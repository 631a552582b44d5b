import { links } from '@entente/topology';
import { decodeCrl, decodePemCertificates } from '@entente/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  administratorSet,
  type Credentials,
  document,
  frontEnd,
  type Scene,
  signed,
  startScene,
} from './network.ts';

const three = administratorSet('alice', 'bob', 'carol');
const first = document([frontEnd('fe01.contoso.example')], undefined, three);
let second = first;
let scene: Scene;

beforeAll(async () => {
  scene = await startScene(undefined, { certified: ['alice', 'carol', 'dave'], set: three });
});
afterAll(() => scene.close());

const post = (who: Credentials, path: string, body: object) =>
  scene.ask(path, who, { method: 'POST', body: JSON.stringify(body) });
const reasonOf = async (response: Response) => ((await response.json()) as { reason?: string }).reason;
const token = (who: Credentials) => post(who, '/join-tokens', { server: 'fe01.contoso.example' });
const lastRefusal = () => scene.log.filter(({ reason }) => reason !== undefined).at(-1);
const serialOf = (who: Credentials): string => {
  const decoded = decodePemCertificates(who.cert);
  if (!decoded.ok || decoded.value[0] === undefined) throw new Error('no certificate');
  return decoded.value[0].serialHex;
};

async function revocationOf(who: Credentials) {
  const { port } = scene.server().objects;
  const response = await fetch(`http://127.0.0.1:${port}/crl/${scene.made.issuerId}/0.crl`);
  const list = decodeCrl(new Uint8Array(await response.arrayBuffer()));
  if (!list.ok) throw new Error(list.error.message);
  return list.value.lookup(Buffer.from(serialOf(who), 'hex'));
}

describe('before the first topology', () => {
  it('a certificate of an administrator revokes nothing, because it is not known who the administrators are', async () => {
    expect(await reasonOf(await post(scene.alice, '/revoke', { serial: serialOf(scene.as('carol')) }))).toBe(
      'not-in-topology',
    );
    expect(await revocationOf(scene.as('carol'))).toBeUndefined();
  });

  it('the first topology is refused from an administrator whom it does not name', async () => {
    const response = await scene.publish(signed(first), scene.as('dave'));
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({
      reason: 'not-in-topology',
      remedy: expect.stringContaining('entente ca administrator'),
    });
  });

  it('the first topology comes into force from one whom it names', async () => {
    expect(await (await scene.publish(signed(first))).json()).toMatchObject({ version: 1 });
  });
});

describe('an administrator whom the topology does not name', () => {
  it('is cut off, whatever their certificate says', async () => {
    await expect(scene.ask('/topology', scene.as('dave'))).rejects.toThrow();
    expect(lastRefusal()).toMatchObject({
      reason: 'not-in-topology',
      message: expect.stringContaining('found dave'),
      remedy: expect.any(String),
    });
    expect((await token(scene.as('carol'))).status).toBe(201);
  });

  it('is reported when the authority starts', async () => {
    await scene.restart();
    expect(scene.log).toContainEqual(
      expect.objectContaining({ event: 'administrator-unnamed', administrator: 'dave' }),
    );
  });
});

describe('an administrator whom a topology removes', () => {
  it('loses open connections and commands at once, and the certificate', async () => {
    const carol = scene.as('carol');
    const events = await scene.ask('/events', carol);
    const ended = events.text().then(
      () => 'ended',
      () => 'cut off',
    );
    second = document([frontEnd('fe01.contoso.example')], first, administratorSet('alice', 'bob'));
    expect(await (await scene.publish(signed(second))).json()).toMatchObject({ version: 2 });
    expect(await ended).toMatch(/ended|cut off/);
    await expect(token(carol)).rejects.toThrow();
    expect(await revocationOf(carol)).toMatchObject({ reason: 'cessationOfOperation' });
    expect(await revocationOf(scene.as('dave'))).toBeUndefined();
    expect((await token(scene.alice)).status).toBe(201);
  });

  it('gets nothing back by a restart', async () => {
    await scene.restart();
    await expect(token(scene.as('carol'))).rejects.toThrow();
    expect(await revocationOf(scene.as('carol'))).toMatchObject({ reason: 'cessationOfOperation' });
    expect((await token(scene.alice)).status).toBe(201);
  });
});

describe('an administrator whose link to this authority a topology closes', () => {
  it('loses open connections and commands at once, and takes nothing back: role-not-allowed-on-link', async () => {
    const events = await scene.ask('/events', scene.alice);
    const ended = events.text().then(
      () => 'ended',
      () => 'cut off',
    );
    const { row } = links.administratorToAuthority;
    const other = { fqdn: 'ca2.contoso.example', role: 'authority' } as const;
    const servers = [other, frontEnd('fe01.contoso.example')];
    const third = {
      ...document(servers, second),
      links: [{ row, b: ['ca.contoso.example'], closed: true as const }],
    };
    expect(await reasonOf(await scene.publish(signed(third, ['alice'])))).toBe('under-signed');
    // The connection that it comes over is among them, so its sender does not hear that it is in force.
    await expect(scene.publish(signed(third))).rejects.toThrow();
    await expect
      .poll(() => scene.log)
      .toContainEqual(expect.objectContaining({ event: 'topology', version: 3 }));
    expect(await ended).toMatch(/ended|cut off/);
    await expect(token(scene.alice)).rejects.toThrow();
    expect(lastRefusal()).toMatchObject({
      reason: 'role-not-allowed-on-link',
      message: expect.stringContaining(`row ${row}`),
      remedy: expect.stringContaining('another authority'),
    });
    await expect(scene.publish(signed(document(servers, third)))).rejects.toThrow();
  });
});
