import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import * as https from 'node:https';
import { type ClosedEvent, serve, type VerdictEvent } from '@entente/tls';
import { afterEach, describe, expect, it } from 'vitest';
import { bare, ended, presenting } from './fixture.ts';
import { useGreetingServers } from './greeting-server.ts';

const servers = useGreetingServers();
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

function heard<T>(name: string): readonly T[] {
  const events: T[] = [];
  const listener = (message: unknown): void => void events.push(message as T);
  subscribe(name, listener);
  stops.push(() => unsubscribe(name, listener));
  return events;
}

describe('verdicts on node:diagnostics_channel', () => {
  it('tell of a connection that was admitted, and of its end; of one that was refused with the reason', async () => {
    const verdicts = heard<VerdictEvent>('entente:tls:verdict');
    const closed = heard<ClosedEvent>('entente:tls:closed');
    const server = await serve(https, servers.common(), (_, response) => void response.end('hello'));
    servers.closeAfterwards(() => server.close());
    const good = bare(server.port, presenting(servers.world.client));
    good.write('GET / HTTP/1.1\r\nHost: pool.contoso.example\r\nConnection: close\r\n\r\n');
    await ended(good);
    await expect.poll(() => closed.length).toBe(1);
    await ended(bare(server.port));
    await expect.poll(() => verdicts.length).toBe(2);
    expect(verdicts).toMatchObject([
      { admitted: true, reason: undefined, direction: 'inbound', protection: 'MTLS' },
      { admitted: false, direction: 'inbound', when: 'handshake', reason: expect.any(String) },
    ]);
    expect(closed).toMatchObject([{ bytesRead: expect.any(Number), openMs: expect.any(Number) }]);
  });
});
