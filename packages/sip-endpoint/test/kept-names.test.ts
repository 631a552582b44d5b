import { heapGrowth } from '@entente/testkit/heap';
import { describe, expect, it } from 'vitest';
import type { SipConnection } from '../src/connection/connection.ts';
import { ConnectionPool } from '../src/connection/connection-pool.ts';
import { DialBackoff } from '../src/connection/dial-backoff.ts';
import type { NextHop } from '../src/connection/next-hop.ts';

const messageBytes = 1_000_000;
const hops = 24;

/** Bytes of heap that stay when the hop of each message, named by a slice of it, was handed over. */
function keptBytes(hand: (hop: NextHop) => void): number {
  return heapGrowth(() => {
    for (let index = 0; index < hops; index++) {
      const name = `partner-number-${index}.fabrikam.example`;
      const message = Buffer.from(name.padEnd(messageBytes)).toString('latin1');
      hand({ name: message.slice(0, name.length), address: '', port: 0, link: { row: 0, name: 'a test' } });
    }
  });
}

describe('the name of a hop, which a request gave', () => {
  const bound = (hops * messageBytes) / 8;

  it('keeps nothing of the request while its failure is remembered', () => {
    const backoff = new DialBackoff();
    expect(keptBytes((hop) => backoff.failed(hop, 'nobody listens', 0, 0))).toBeLessThan(bound);
    expect(backoff.size).toBe(hops);
  });

  it('keeps nothing of it while its connection is open', () => {
    const pool = new ConnectionPool({ dial: () => Promise.reject(new Error('nobody is dialled')) });
    const connection = { isClosed: false } as SipConnection;
    expect(keptBytes(({ name }) => pool.offer(name, connection))).toBeLessThan(bound);
    expect(pool.get('partner-number-7.fabrikam.example')).toBe(connection);
  });
});
