import http from 'node:http';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startScene } from './network.ts';

const status = (url: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    http
      .get(url, { agent: false }, (incoming) => resolve(incoming.resume().statusCode))
      .once('error', reject);
  });

describe('the plain HTTP of an authority', () => {
  it('keeps one address from taking the places of others: silent connections shut no reader out', async () => {
    const scene = await startScene();
    const { port } = scene.server().objects;
    const open = async (): Promise<Socket> => {
      const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' });
      socket.on('error', () => {});
      await new Promise<void>((resolve) => socket.once('connect', resolve));
      return socket.resume();
    };
    const held = await Promise.all(Array.from({ length: 64 }, open));
    const refused = await open();
    await new Promise<void>((resolve) => refused.once('close', () => resolve()));
    expect(held.some(({ closed }) => closed)).toBe(false);
    expect(await status(`http://127.0.0.1:${port}/crl/${scene.made.issuerId}/0.crl`)).toBe(200);
    for (const socket of held) socket.destroy();
    await scene.close();
  });
});
