import { type NextHop, SipEndpoint } from '@entente/sip-endpoint';
import { describe, expect, it } from 'vitest';
import { startServer } from './network.ts';

const down = new Error('connect ECONNREFUSED');
const hop: NextHop = {
  name: 'fe2.contoso.example',
  address: '192.0.2.2',
  port: 5061,
  link: { row: 0, name: 'a test' },
};
const waiting = { code: 'ENTENTE_SIP_HOP_DOWN', cause: down };

describe('an endpoint whose hop is down', () => {
  it('dials it once for many requests, and again as soon as trust or topology changes', async () => {
    let dials = 0;
    const listeners = new Set<() => void>();
    const endpoint = new SipEndpoint({
      sentBy: { host: 'fe1.contoso.example' },
      user: { onRequest() {}, onAck() {} },
      newToken: () => 'token',
      clock: () => 1_000_000,
      retryOn(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      async dial() {
        dials++;
        throw down;
      },
    });
    await expect(endpoint.reach(hop)).rejects.toBe(down);
    for (let request = 0; request < 100; request++)
      await expect(endpoint.reach(hop)).rejects.toMatchObject(waiting);
    expect(dials).toBe(1);
    for (const changed of listeners) changed();
    await expect(endpoint.reach(hop)).rejects.toBe(down);
    expect(dials).toBe(2);
    await endpoint[Symbol.asyncDispose]();
    expect(listeners.size).toBe(0);
  });

  it('dials it again when it has come by itself and proven its name', async () => {
    let dials = 0;
    await using server = await startServer(
      { onRequest() {}, onAck() {} },
      {
        async dial() {
          dials++;
          throw down;
        },
        clock: () => 1_000_000,
      },
    );
    const { endpoint } = server;
    await expect(endpoint.reach(hop)).rejects.toBe(down);
    await server.bare();
    await expect.poll(() => [...endpoint.connections].length).toBe(1);
    await expect(endpoint.reach(hop), 'a client without a name says nothing').rejects.toMatchObject(waiting);
    await server.bare('fe2.contoso.example');
    await expect.poll(() => [...endpoint.connections].length).toBe(2);
    const own = await endpoint.reach(hop);
    expect(own.server).toBe(hop.name);
    expect(dials, 'its own connection serves').toBe(1);
    own.close();
    await expect(endpoint.reach(hop), 'and where it is gone, it is dialled').rejects.toBe(down);
    expect(dials).toBe(2);
  });

  it('does not dial it again for what it has proven of other names, where TLS had begun when it failed', async () => {
    const failed = new Error('expected a TLS handshake, found none');
    await using server = await startServer(
      { onRequest() {}, onAck() {} },
      { dial: () => Promise.reject(failed), clock: () => 1_000_000 },
    );
    const { endpoint } = server;
    const partner = { ...hop, name: 'fabrikam.example' };
    await expect(endpoint.reach(partner)).rejects.toBe(failed);
    await server.bare('fe2.contoso.example', 'fabrikam.example');
    await expect.poll(() => [...endpoint.connections].length).toBe(1);
    await expect(endpoint.reach(partner)).rejects.toMatchObject({ ...waiting, cause: failed });
  });
});
