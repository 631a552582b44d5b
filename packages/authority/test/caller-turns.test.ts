import { createKeyAndRequest } from '@entente/pki/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HeldLedger, startHeldLedger } from './held-ledger.ts';

let held: HeldLedger;
beforeEach(async () => {
  held = await startHeldLedger();
});
afterEach(() => held.close());

const fe01 = 'server fe01.contoso.example';
const pkcs10 = 'Content-Type: application/pkcs10\r\n';
const badToken = `${pkcs10}Authorization: Bearer ${Buffer.alloc(16, 7).toString('base64url')}\r\n`;
const times = <T>(count: number, act: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => act(index));

describe('the ledger of an authority', () => {
  it.each(['GET', 'HEAD'])(
    'is asked a few things at once for one server, over however many connections: %s',
    async (method) => {
      const flood = times(20, () => held.send(fe01, `${method} /domain-keys`));
      await expect.poll(held.arrived).toBe(20);
      const others = [
        held.send('server fe02.contoso.example', 'GET /domain-keys'),
        held.send('administrator alice', 'GET /certificates?limit=1'),
      ];
      await expect.poll(held.arrived).toBe(22);
      await expect.poll(held.asked).toBe(4 + 2);
      held.release();
      // The test's topology names neither server.
      expect(await Promise.all(flood)).toEqual(times(20, () => 403));
      expect(await Promise.all(others)).toEqual([403, 200]);
    },
  );

  it('is asked a few things at once for callers without certificate, from one address and from all', async () => {
    const key = await createKeyAndRequest({ subject: 'fe01.contoso.example' });
    const body = new Uint8Array(key.request);
    const join = (address: string) =>
      held.send(`nobody ${address}`, 'POST /enrol', { headers: badToken, body });
    const fromOne = times(20, () => join('192.0.2.1'));
    await expect.poll(held.arrived).toBe(20);
    await expect.poll(held.asked).toBe(8);
    const fromMany = times(90, (index) => join(`198.51.100.${index}`));
    await expect.poll(held.arrived).toBe(110);
    await expect.poll(held.asked).toBe(64);
    held.release();
    expect(await Promise.all([...fromOne, ...fromMany])).toEqual(times(110, () => 403));
  });

  it('is not kept from others by callers without certificate that send their requests octet by octet', async () => {
    const key = await createKeyAndRequest({ subject: 'fe01.contoso.example' });
    const body = new Uint8Array(key.request);
    for (const index of times(90, (one) => one))
      void held
        .send(`nobody 198.51.100.${index}`, 'POST /enrol', { headers: badToken, body, held: 1 })
        .catch(() => {});
    await expect.poll(held.arrived).toBe(90);
    held.release();
    expect(await held.send('nobody 192.0.2.1', 'POST /enrol', { headers: badToken, body })).toBe(403);
  });

  it('is asked nothing for a caller of whom a hundred requests wait: the next one is told to come again', async () => {
    const flood = times(4 + 100, () => held.send(fe01, 'GET /domain-keys'));
    await expect.poll(held.arrived).toBe(104);
    expect(await held.send(fe01, 'GET /domain-keys')).toBe(429);
    held.release();
    expect(await Promise.all(flood)).toEqual(times(104, () => 403));
  });
});
