import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OperatorFault } from '../fault.ts';
import { sendLocalOrder } from './send-local-order.ts';
import { serveLocalOrders } from './serve-local-orders.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-orders-'));
  path = join(folder, 'orders.sock');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const answerOf = (raw: string) =>
  new Promise<string>((resolve) => {
    let text = '';
    const socket = net.connect(path, () => socket.write(raw));
    socket.on('data', (chunk) => {
      text += String(chunk);
    });
    socket.once('close', () => resolve(text));
  });

describe('orders of the same machine', () => {
  it('are carried out over a socket for its owner alone, which is gone afterwards', async () => {
    {
      await using _server = await serveLocalOrders({ path, handle: async (order) => ({ done: order }) });
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect(await sendLocalOrder(path, { order: 'backup' })).toEqual({ done: { order: 'backup' } });
    }
    expect(await readdir(folder)).toEqual([]);
  });

  it('are taken from its owner alone from the first moment of the socket, whatever the umask is', async () => {
    const before = process.umask(0);
    try {
      await using _server = await serveLocalOrders({ path, handle: async () => ({}) });
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect(process.umask()).toBe(0);
    } finally {
      process.umask(before);
    }
  });

  it('are answered with the fault of the server', async () => {
    const fault = { sentence: 'it exists', place: '/backup', remedy: 'name another one' };
    await using _server = await serveLocalOrders({
      path,
      handle: () => Promise.reject(new OperatorFault('ENTENTE_FILE_EXISTS', fault)),
    });
    const sent = sendLocalOrder(path, {});
    await expect(sent).rejects.toMatchObject({ code: 'ENTENTE_FILE_EXISTS', ...fault });
  });

  it('find nobody where no server runs, also where one was killed', async () => {
    expect(await sendLocalOrder(path, {})).toBeUndefined();
    await writeFile(path, '');
    expect(await sendLocalOrder(path, {})).toBeUndefined();
    await using _server = await serveLocalOrders({ path, handle: async () => ({}) });
    expect(await sendLocalOrder(path, {})).toEqual({});
  });

  it('that are no line of JSON, or too long, are not carried out', async () => {
    let carriedOut = 0;
    await using _server = await serveLocalOrders({
      path,
      handle: async () => {
        carriedOut++;
        return {};
      },
    });
    expect(JSON.parse(await answerOf('backup\n'))).toMatchObject({ ok: false });
    expect(await answerOf(`${'x'.repeat(20_000)}\n`)).toBe('');
    expect(carriedOut).toBe(0);
  });

  it('are not taken where the path is too long for a socket', async () => {
    const long = join(folder, 'x'.repeat(120));
    await expect(serveLocalOrders({ path: long, handle: async () => ({}) })).rejects.toThrow('103 bytes');
    expect(await sendLocalOrder(long, {})).toBeUndefined();
  });
});
