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

/** All that the pool looks at. */
function connection(): SipConnection & { isClosed: boolean } {
  return { isClosed: false } as SipConnection & { isClosed: boolean };
}

/** A pool whose dialling the test settles, on a clock that it moves. */
function poolOnFakeClock() {
  const clock = { now: 1_000_000 };
  const dials: { hop: NextHop; resolve: (value: SipConnection) => void; reject: (error: unknown) => void }[] =
    [];
  const pool = new ConnectionPool(
    (asked) => new Promise((resolve, reject) => dials.push({ hop: asked, resolve, reject })),
    () => clock.now,
    () => 0,
  );
  const fail = async (error: Error) => {
    const reached = pool.reach(hop);
    dials.at(-1)?.reject(error);
    await expect(reached).rejects.toBe(error);
  };
  return { pool, dials, clock, fail };
}

describe('connections to servers', () => {
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

  it('fail for all who wait, and the next who asks after the pause dials anew', async () => {
    const { clock, dials, pool } = poolOnFakeClock();
    const error = new Error('connect ECONNREFUSED');
    const both = Promise.allSettled([pool.reach(hop), pool.reach(hop)]);
    dials[0]?.reject(error);
    expect((await both).map((result) => result.status)).toEqual(['rejected', 'rejected']);
    clock.now += 500;
    void pool.reach(hop);
    expect(dials).toHaveLength(2);
  });

  it('stay as they are when another to the same server is offered', () => {
    const { pool } = poolOnFakeClock();
    const [first, second] = [connection(), connection()];
    pool.offer(hop.name, first);
    pool.offer(hop.name, second);
    expect(pool.get(hop.name)).toBe(first);
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
