import { decodeCrl } from '@entente/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, document, frontEnd, type Scene, signed, startScene } from './network.ts';

const server = 'fe01.contoso.example';
let scene: Scene;
let fe01: Credentials & { readonly serialHex: string };

beforeAll(async () => {
  scene = await startScene();
  await scene.publish(signed(document([frontEnd(server), frontEnd('fe02.contoso.example')])));
  fe01 = await scene.join(server);
});
afterAll(() => scene.close());

const order = (path: string, fields: object) =>
  scene.ask(path, scene.alice, { method: 'POST', body: JSON.stringify(fields) });

async function currentList() {
  const { port } = scene.server().objects;
  const response = await fetch(`http://127.0.0.1:${port}/crl/${scene.made.issuerId}/0.crl`);
  const decoded = decodeCrl(new Uint8Array(await response.arrayBuffer()));
  if (!decoded.ok) throw new Error(decoded.error.message);
  return decoded.value;
}

describe('a hold', () => {
  it('can end: the next list, at once, lacks the certificate', async () => {
    const serial = fe01.serialHex;
    expect((await order('/revoke', { serial, reason: 'certificateHold' })).status).toBe(200);
    await expect(scene.ask('/topology', fe01)).rejects.toThrow();
    const released = (await (await order('/release', { serial })).json()) as { crlNumber: number };
    const list = await currentList();
    expect(Number(list.crlNumber)).toBe(released.crlNumber);
    expect(list.lookup(Buffer.from(serial, 'hex'))).toBeUndefined();
    expect((await scene.ask('/topology', fe01)).status).toBe(200);
  });

  it('is ended only where there is one', async () => {
    expect(await (await order('/release', { serial: fe01.serialHex })).json()).toMatchObject({
      reason: 'certificate-not-on-hold',
    });
    expect(await (await order('/release', {})).json()).toMatchObject({ reason: 'malformed-request' });
  });
});

describe('a server that has joined', () => {
  it('gets no second token without a word', async () => {
    expect(await (await order('/join-tokens', { server })).json()).toMatchObject({
      reason: 'already-joined',
      status: 409,
    });
    expect(await (await order('/join-tokens', { server, replace: 'yes' })).json()).toMatchObject({
      reason: 'malformed-request',
    });
    expect((await order('/join-tokens', { server, replace: true })).status).toBe(201);
  });
});
