import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { After } from './call-later.ts';
import { sendLocalOrder } from './send-local-order.ts';
import { serveLocalOrders } from './serve-local-orders.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-orders-'));
  path = join(folder, 'orders.sock');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Timers that run when the test says so. */
function timersOfTest() {
  let waiting: { readonly ms: number; readonly run: () => void }[] = [];
  const after: After = (ms, run) => {
    const timer = { ms, run };
    waiting.push(timer);
    return () => {
      waiting = waiting.filter((other) => other !== timer);
    };
  };
  return {
    after,
    /** How long each is that runs. */
    waiting: () => waiting.map(({ ms }) => ms),
    fire() {
      const due = waiting;
      waiting = [];
      for (const { run } of due) run();
    },
  };
}

describe('an order to a server of the same machine', () => {
  it('is given up after 60 seconds without a sign of life, and says what to do', async () => {
    let asked = false;
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        asked = true;
      });
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const timers = timersOfTest();
    const sent = sendLocalOrder(path, { order: 'backup' }, timers.after).catch((error: unknown) => error);
    await expect.poll(() => asked).toBe(true);
    expect(timers.waiting()).toEqual([60_000]);
    timers.fire();
    expect(await sent).toMatchObject({
      code: 'ENTENTE_ORDER_UNANSWERED',
      place: path,
      remedy: expect.stringContaining('restart it'),
    });
    await new Promise((resolve) => server.close(resolve));
  });

  it('is waited for as long as the server shows that it lives, each time 60 seconds more', async () => {
    const [ofServer, ofClient] = [timersOfTest(), timersOfTest()];
    let answer: (value: object) => void = () => {};
    const answered = new Promise<object>((resolve) => {
      answer = resolve;
    });
    await using _server = await serveLocalOrders({
      path,
      handle: () => answered,
      after: ofServer.after,
    });
    let begun = 0;
    const after: After = (ms, run) => {
      begun++;
      return ofClient.after(ms, run);
    };
    const sent = sendLocalOrder(path, { order: 'backup' }, after);
    for (let signs = 1; signs < 4; signs++) {
      await expect.poll(ofServer.waiting).toEqual([5_000]);
      ofServer.fire();
      await expect.poll(() => begun).toBe(1 + signs);
      expect(ofClient.waiting()).toEqual([60_000]);
    }
    answer({ done: true });
    expect(await sent).toEqual({ done: true });
    await expect.poll(ofClient.waiting).toEqual([]);
    expect(ofServer.waiting(), 'it shows no more signs').toEqual([]);
  });

  it('is answered by a server of a release that shows no signs, and by one whose signs a client does not know', async () => {
    const timers = timersOfTest();
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end('{"ok":true,"answer":{"done":1}}\n'));
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    expect(await sendLocalOrder(path, {}, timers.after)).toEqual({ done: 1 });
    await new Promise((resolve) => server.close(resolve));
    expect(JSON.parse('  {"ok":true}')).toEqual({ ok: true });
  });
});
