import { describe, expect, it } from 'vitest';
import type { SipConnection } from './connection.ts';
import { ConnectionPool } from './connection-pool.ts';
import type { NextHop } from './next-hop.ts';

const hop: NextHop = {
  name: 'fe2.contoso.example',
  address: '192.0.2.2',
  port: 5061,
  link: { row: 0, name: 'a test' },
};

/** All that the pool looks at and does. */
function connection(): SipConnection & { isClosed: boolean } {
  const made = {
    isClosed: false,
    close() {
      made.isClosed = true;
    },
  };
  return made as SipConnection & { isClosed: boolean };
}

/** A pool whose dialling the test settles, on a clock that it moves. */
function poolOnFakeClock() {
  const clock = { now: 1_000_000 };
  const dials: { hop: NextHop; resolve: (value: SipConnection) => void; reject: (error: unknown) => void }[] =
    [];
  const pool = new ConnectionPool({
    dial: (asked) => new Promise((resolve, reject) => dials.push({ hop: asked, resolve, reject })),
    clock: () => clock.now,
    random: () => 0,
  });
  const fail = async (error: Error) => {
    const reached = pool.reach(hop);
    dials.at(-1)?.reject(error);
    await expect(reached).rejects.toBe(error);
  };
  return { pool, dials, clock, fail };
}

describe('connections to servers (RFC 5626 §4.3)', () => {
  it('are dialled once for all who want the same hop at the same time, and shared afterwards', async () => {
    const { dials, pool } = poolOnFakeClock();
    const both = Promise.all([pool.reach(hop), pool.reach(hop)]);
    const opened = connection();
    dials[0]?.resolve(opened);
    expect(await both).toEqual([opened, opened]);
    expect(await pool.reach(hop)).toBe(opened);
    expect(dials).toHaveLength(1);
  });

  it('are never shared by address: another name on the same one is dialled for', () => {
    const { dials, pool } = poolOnFakeClock();
    void pool.reach(hop);
    void pool.reach({ ...hop, name: 'fe3.contoso.example' });
    expect(dials.map(({ hop: asked }) => asked.name)).toEqual(['fe2.contoso.example', 'fe3.contoso.example']);
  });

  it('fail for all who wait, and the next request after the pause dials again', async () => {
    const { clock, dials, pool } = poolOnFakeClock();
    const error = new Error('connect ECONNREFUSED');
    const both = Promise.allSettled([pool.reach(hop), pool.reach(hop)]);
    dials[0]?.reject(error);
    expect((await both).map((result) => result.status)).toEqual(['rejected', 'rejected']);
    clock.now += 500;
    void pool.reach(hop);
    expect(dials).toHaveLength(2);
  });

  it('give way to a newer one that the same server has opened: its certificates last longer', () => {
    const { pool } = poolOnFakeClock();
    const [first, second] = [connection(), connection()];
    pool.offer(hop.name, first);
    pool.offer(hop.name, second);
    expect(pool.get(hop.name)).toBe(second);
  });

  it('that were dialled here stay in use when the server opens one', async () => {
    const { dials, pool } = poolOnFakeClock();
    const [dialled, offered] = [connection(), connection()];
    const reached = pool.reach(hop);
    dials[0]?.resolve(dialled);
    await reached;
    pool.offer(hop.name, offered);
    expect(pool.get(hop.name)).toBe(dialled);
  });

  it('are replaced before they end: the next request goes over the new one, and the old one is not closed', async () => {
    const { dials, pool } = poolOnFakeClock();
    const [old, young] = [connection(), connection()];
    const reached = pool.reach(hop);
    dials[0]?.resolve(old);
    await reached;
    const replaced = pool.replace(old);
    expect(pool.get(hop.name), 'until the new one is up').toBe(old);
    dials[1]?.resolve(young);
    await replaced;
    expect(pool.get(hop.name)).toBe(young);
    expect(old.isClosed).toBe(false);
    await pool.replace(old);
    expect(dials, 'the old one is not in use').toHaveLength(2);
  });

  it('stay in use where the new one cannot be dialled, and are not replaced once they are closed', async () => {
    const { dials, pool } = poolOnFakeClock();
    const old = connection();
    const reached = pool.reach(hop);
    dials[0]?.resolve(old);
    await reached;
    const replaced = pool.replace(old);
    dials[1]?.reject(new Error('connect ECONNREFUSED'));
    await replaced;
    expect(pool.get(hop.name)).toBe(old);
    old.isClosed = true;
    await pool.replace(old);
    expect(dials).toHaveLength(2);
  });

  it('are replaced by one other, however many ask for it at once', async () => {
    const { dials, pool } = poolOnFakeClock();
    const [old, young] = [connection(), connection()];
    const reached = pool.reach(hop);
    dials[0]?.resolve(old);
    await reached;
    const both = Promise.all([pool.replace(old), pool.replace(old)]);
    dials[1]?.resolve(young);
    expect(await both).toEqual([true, false]);
    expect(dials).toHaveLength(2);
  });

  it('that are not used, because the server has dialled at the same time, count as replaced: they end like those that were', async () => {
    const { dials, pool } = poolOnFakeClock();
    const [spare, offered] = [connection(), connection()];
    const reached = pool.reach(hop);
    pool.offer(hop.name, offered);
    dials[0]?.resolve(spare);
    await reached;
    expect(pool.get(hop.name)).toBe(offered);
    expect(await pool.replace(spare)).toBe(true);
    expect(dials).toHaveLength(1);
    expect(pool.get(hop.name)).toBe(offered);
  });

  it('that close while they are replaced leave their place to the new one, or to what has taken it meanwhile', async () => {
    const { dials, pool } = poolOnFakeClock();
    const replaceWhileClosing = async (offered?: SipConnection) => {
      const reached = pool.reach(hop);
      const [old, young] = [connection(), connection()];
      dials.at(-1)?.resolve(old);
      const replaced = pool.replace(await reached);
      old.close();
      pool.forget(old);
      if (offered !== undefined) pool.offer(hop.name, offered);
      dials.at(-1)?.resolve(young);
      expect(await replaced).toBe(false);
      return young;
    };
    const young = await replaceWhileClosing();
    expect(pool.get(hop.name)).toBe(young);
    pool.forget(young);
    const offered = connection();
    const surplus = await replaceWhileClosing(offered);
    expect(pool.get(hop.name)).toBe(offered);
    expect(surplus.isClosed).toBe(true);
  });

  it('make room for another once they are closed, and a closed one is never taken', () => {
    const { pool } = poolOnFakeClock();
    const [first, second] = [connection(), connection()];
    pool.offer(hop.name, first);
    first.isClosed = true;
    expect(pool.get(hop.name)).toBeUndefined();
    pool.offer(hop.name, second);
    expect(pool.get(hop.name)).toBe(second);
    const closed = { ...connection(), isClosed: true } as SipConnection;
    pool.offer('fe3.contoso.example', closed);
    expect(pool.get('fe3.contoso.example')).toBeUndefined();
  });

  it('are forgotten under every name when they close, and nobody else with them', () => {
    const { pool } = poolOnFakeClock();
    const [first, second] = [connection(), connection()];
    pool.offer('a.example', first);
    pool.offer('b.example', first);
    pool.offer('c.example', second);
    pool.forget(first);
    expect([pool.get('a.example'), pool.get('b.example'), pool.get('c.example')]).toEqual([
      undefined,
      undefined,
      second,
    ]);
  });

  it('that came in while we dialled stay the ones to use', async () => {
    const { dials, pool } = poolOnFakeClock();
    const reached = pool.reach(hop);
    const [inbound, dialled] = [connection(), connection()];
    pool.offer(hop.name, inbound);
    dials[0]?.resolve(dialled);
    expect(await reached).toBe(dialled);
    expect(pool.get(hop.name)).toBe(inbound);
  });
});

describe('a hop that failed', () => {
  const down = new Error('connect ECONNREFUSED');

  it('is not dialled for the requests that follow: they fail at once, and know of what', async () => {
    const { clock, dials, fail, pool } = poolOnFakeClock();
    await fail(down);
    clock.now += 499;
    await expect(pool.reach(hop)).rejects.toMatchObject({ code: 'ENTENTE_SIP_HOP_DOWN', cause: down });
    expect(dials).toHaveLength(1);
  });

  it('holds up no other hop, so that the next one is tried at once (RFC 3263 §4.3)', async () => {
    const { dials, fail, pool } = poolOnFakeClock();
    await fail(down);
    const opened = connection();
    const reached = pool.reach({ ...hop, name: 'fe3.contoso.example' });
    dials[1]?.resolve(opened);
    expect(await reached).toBe(opened);
  });

  it('is reached over the connection that it opens itself', async () => {
    const { dials, fail, pool } = poolOnFakeClock();
    await fail(down);
    const inbound = connection();
    pool.offer(hop.name, inbound);
    expect(await pool.reach(hop)).toBe(inbound);
    inbound.isClosed = true;
    pool.forget(inbound);
    void pool.reach(hop);
    expect(dials).toHaveLength(2);
  });

  it('is dialled at once when trust or topology has changed', async () => {
    const { dials, fail, pool } = poolOnFakeClock();
    await fail(down);
    pool.forgiveAll();
    void pool.reach(hop);
    expect(dials).toHaveLength(2);
  });

  it('is not held to what failed under a state that has changed meanwhile', async () => {
    const { dials, pool } = poolOnFakeClock();
    const reached = pool.reach(hop);
    pool.forgiveAll();
    dials[0]?.reject(down);
    await expect(reached).rejects.toBe(down);
    void pool.reach(hop);
    expect(dials).toHaveLength(2);
  });

  it('has a clean record once it is reached', async () => {
    const { clock, dials, fail, pool } = poolOnFakeClock();
    await fail(down);
    clock.now += 500;
    await fail(down);
    clock.now += 1_000;
    const reached = pool.reach(hop);
    const opened = connection();
    dials.at(-1)?.resolve(opened);
    await reached;
    opened.isClosed = true;
    pool.forget(opened);
    await fail(down);
    clock.now += 500;
    void pool.reach(hop);
    expect(dials).toHaveLength(5);
  });
});

describe('a hop at several places (RFC 3263 §4.3)', () => {
  const partner: NextHop = { ...hop, name: 'fabrikam.example', address: '', port: 0 };
  const place = (last: number) => ({
    host: `edge${last}.fabrikam.example`,
    address: `192.0.2.${last}`,
    port: 5061,
  });

  /** A pool that finds the hop at the places, which the test may change; a place listed in `down` refuses with what is given. */
  function located(...lasts: number[]) {
    const clock = { now: 1_000_000 };
    const places = lasts.map(place);
    const down = new Map<string, Error>();
    const dialled: string[] = [];
    const opened: (SipConnection & { isClosed: boolean })[] = [];
    const pool = new ConnectionPool({
      async dial({ address, host }) {
        dialled.push(`${host} ${address}`);
        const error = down.get(address);
        if (error !== undefined) throw error;
        opened.push(connection());
        return opened.at(-1)!;
      },
      locate: async () => places,
      clock: () => clock.now,
      random: () => 0,
    });
    return { pool, clock, places, down, dialled, opened };
  }

  it('is dialled at the next one where one cannot be reached, and there at once for what follows', async () => {
    const { clock, dialled, down, opened, pool } = located(1, 2);
    down.set('192.0.2.1', new Error('connect ECONNREFUSED'));
    expect(await pool.reach(partner)).toBe(opened[0]);
    expect(dialled).toEqual(['edge1.fabrikam.example 192.0.2.1', 'edge2.fabrikam.example 192.0.2.2']);
    opened[0]!.isClosed = true;
    pool.forget(opened[0]!);
    clock.now += 499;
    await pool.reach(partner);
    expect(dialled.slice(2), 'the dead one is known to all').toEqual(['edge2.fabrikam.example 192.0.2.2']);
  });

  it('is down when all are, with what a verdict said before what a closed port did', async () => {
    const { dialled, down, pool } = located(1, 2, 3);
    const refused = Object.assign(new Error('the name is another'), {
      code: 'ENTENTE_REFUSED',
      rejection: {},
    });
    down.set('192.0.2.1', new Error('connect ECONNREFUSED'));
    down.set('192.0.2.2', refused);
    down.set('192.0.2.3', new Error('connect ETIMEDOUT'));
    await expect(pool.reach(partner)).rejects.toBe(refused);
    await expect(pool.reach(partner)).rejects.toMatchObject({ code: 'ENTENTE_SIP_HOP_DOWN' });
    expect(dialled).toHaveLength(3);
  });

  it('is dialled at no more than eight of them for one request', async () => {
    const lasts = Array.from({ length: 16 }, (_, i) => i + 1);
    const { dialled, down, pool } = located(...lasts);
    for (const last of lasts) down.set(`192.0.2.${last}`, new Error('connect ETIMEDOUT'));
    await expect(pool.reach(partner)).rejects.toThrow('ETIMEDOUT');
    expect(dialled).toHaveLength(8);
  });

  it('is used at another one while the first has failed a request, and at the first again afterwards', async () => {
    const { clock, dialled, opened, pool } = located(1, 2);
    const first = await pool.reach(partner);
    expect(pool.suspect(first, new Error('503'))).toBe(true);
    expect(pool.get(partner.name)).toBeUndefined();
    const second = await pool.reach(partner, new Set([first]));
    expect(pool.get(partner.name)).toBe(second);
    clock.now += 500;
    expect(pool.get(partner.name)).toBe(first);
    expect([dialled.length, opened.length]).toEqual([2, 2]);
  });

  it('counts the failures of many requests at once as one', async () => {
    const { clock, pool } = located(1, 2);
    const first = await pool.reach(partner);
    for (let i = 0; i < 100; i++) pool.suspect(first, new Error('503'));
    clock.now += 500;
    expect(pool.get(partner.name)).toBe(first);
  });

  it('dials another one once for many requests that failed together', async () => {
    const { dialled, pool } = located(1, 2);
    const first = await pool.reach(partner);
    pool.suspect(first, new Error('503'));
    const reached = await Promise.all([1, 2, 3].map(() => pool.reach(partner, new Set([first]))));
    expect(new Set(reached).size).toBe(1);
    expect(dialled).toHaveLength(2);
  });

  it('is used where it has failed when no other one can be reached', async () => {
    const { down, pool } = located(1, 2);
    down.set('192.0.2.2', new Error('connect ECONNREFUSED'));
    const first = await pool.reach(partner);
    pool.suspect(first, new Error('503'));
    expect(await pool.reach(partner)).toBe(first);
    await expect(pool.reach(partner, new Set([first]))).rejects.toMatchObject({
      code: 'ENTENTE_SIP_HOP_DOWN',
    });
  });

  it('has no other one where it is at one place alone, and its failure holds nothing up', async () => {
    const { pool } = located(1);
    const first = await pool.reach(partner);
    expect(pool.suspect(first, new Error('503'))).toBe(false);
    expect(pool.get(partner.name)).toBe(first);
  });

  it('is looked up no more than it is dialled where it is nowhere', async () => {
    const { clock, places, pool } = located();
    await expect(pool.reach(partner)).rejects.toThrow(
      'fabrikam.example cannot be dialled: DNS names no address for it',
    );
    places.push(place(1));
    await expect(pool.reach(partner)).rejects.toThrow('is not dialled again for 500 ms');
    clock.now += 500;
    expect(await pool.reach(partner)).toBeDefined();
  });
});
