import * as tls from 'node:tls';
import { agent, connect, httpClient, serve } from '@entente/tls';
import { describe, expect, it } from 'vitest';
import { bare, clientName, ended, presenting, serverName } from './fixture.ts';
import { useGreetingServers } from './greeting-server.ts';

const servers = useGreetingServers();
const fault = (of: string) =>
  expect.objectContaining({ name: 'TlsFault', code: 'ENTENTE_TRUST_CLOSED', place: `trust of ${of}` });

describe('a trust that was closed', () => {
  const dialled = (port: number) => ({
    host: '127.0.0.1',
    port,
    trust: servers.world.trust,
    identity: servers.world.client,
    expect: { mode: 'host', name: serverName } as const,
    allow: [serverName],
  });

  it('is a fault where it is to judge, because it learns of no revocation any more', async () => {
    const { trust } = servers.world;
    const { port } = await servers.greet();
    const client = httpClient({ trust, allow: [serverName] });
    await trust[Symbol.asyncDispose]();
    await expect(serve(tls, servers.common(), () => {})).rejects.toEqual(fault('serve'));
    await expect(connect(dialled(port))).rejects.toEqual(fault('connect'));
    expect(() => httpClient({ trust, allow: [serverName] })).toThrow(fault('httpClient'));
    expect(() => agent({ trust, allow: [serverName] })).toThrow(fault('agent'));
    const address = new URL(`https://127.0.0.1:${port}/`);
    await expect(client.fetch(address)).rejects.toEqual(fault('connect'));
  });

  it('admits nobody at a listener that goes on', async () => {
    const { client, trust } = servers.world;
    const { port } = await servers.greet({ allow: [clientName] });
    expect((await ended(bare(port, presenting(client)))).received).toBe('hello');
    await trust[Symbol.asyncDispose]();
    expect(trust.isClosed).toBe(true);
    expect((await ended(bare(port, presenting(client)))).received).toBe('');
    expect(servers.refusals).toMatchObject([{ rejection: { reason: 'trust-closed' }, when: 'handshake' }]);
  });
});
