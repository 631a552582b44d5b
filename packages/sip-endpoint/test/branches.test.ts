import type { SipConnection } from '@entente/sip-endpoint';
import { describe, expect, it } from 'vitest';
import { startServer } from './network.ts';

describe('the branches of requests that we send', () => {
  it('are new each time, and those of one connection tell nothing of another’s', async () => {
    const opened: SipConnection[] = [];
    await using server = await startServer({
      onRequest() {},
      onAck() {},
      onConnection: (connection) => opened.push(connection),
    });
    await server.bare();
    await server.bare();
    await expect.poll(() => opened.length).toBe(2);
    const { endpoint } = server;
    const branches = opened.map((connection) =>
      Array.from({ length: 1_000 }, () => `${endpoint.via(connection).branch}`),
    );
    expect(new Set(branches.flat()).size).toBe(2_000);
    // What all branches of a connection begin with is as long as an unpredictable token, and its own.
    const [first = '', second = ''] = branches.map(([branch = '']) => branch.slice('z9hG4bK'.length));
    expect(first.length).toBeGreaterThan(16);
    expect(first.slice(0, 16)).not.toBe(second.slice(0, 16));
  });
});
