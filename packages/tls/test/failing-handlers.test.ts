import type { ServerResponse } from 'node:http';
import * as http2 from 'node:http2';
import * as https from 'node:https';
import * as tls from 'node:tls';
import { connect, httpClient, serve } from '@entente/tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bare, ended, presenting, serverName } from './fixture.ts';
import { useGreetingServers } from './greeting-server.ts';

const servers = useGreetingServers();
let faults: unknown[] = [];
/** What would end a process that has no listener for it. */
let ending: unknown[] = [];
const hear = (reason: unknown) => void ending.push(reason);
beforeEach(() => {
  [faults, ending] = [[], []];
  process.on('unhandledRejection', hear);
});
afterEach(() => {
  process.off('unhandledRejection', hear);
});

const fault = new Error('the order cannot be read');
const fails: readonly [string, () => unknown][] = [
  [
    'throws',
    () => {
      throw fault;
    },
  ],
  ['is rejected', () => Promise.reject(fault)],
];
const options = () => ({
  ...servers.common(),
  limits: { drainTimeoutMs: 0 },
  onFault: (found: unknown) => void faults.push(found),
});
const client = () => {
  const made = httpClient({
    trust: servers.world.trust,
    identity: servers.world.client,
    allow: [serverName],
    addresses: new Map([[serverName, '127.0.0.1']]),
  });
  servers.closeAfterwards(async () => made[Symbol.dispose]());
  return made;
};

/** A server whose handler fails at `/fails`, after what `before` does, and greets otherwise. */
async function served(fail: () => unknown, before: (response: ServerResponse) => unknown = () => {}) {
  const server = await serve(https, options(), (request, response) => {
    if (request.url !== '/fails') return void response.end('hello');
    before(response);
    return fail() as undefined;
  });
  servers.closeAfterwards(() => server.close());
  return (path: string) => client().fetch(`https://${serverName}:${server.port}${path}`);
}

describe.each(fails)('a handler of requests that %s', (_, fail) => {
  it('answers 500 with nothing of what it has set, and goes on to answer', async () => {
    const ask = await served(fail, (response) => response.setHeader('x-order', '1'));
    const answer = await ask('/fails');
    expect([answer.status, answer.headers.get('x-order'), await answer.text()]).toEqual([500, null, '']);
    expect(await (await ask('/')).text()).toBe('hello');
    expect([faults, ending]).toEqual([[fault], []]);
  });

  it('breaks an answer off that has begun, so that it does not look whole', async () => {
    const ask = await served(fail, (response) => response.write('the first half'));
    await expect(ask('/fails')).rejects.toThrow();
    expect([faults, ending]).toEqual([[fault], []]);
  });

  it('leaves an answer as it is that has ended', async () => {
    const ask = await served(fail, (response) => response.end('done'));
    expect(await (await ask('/fails')).text()).toBe('done');
    await expect.poll(() => faults).toEqual([fault]);
    expect(ending).toEqual([]);
  });

  it('ends its stream alone with HTTP/2', async () => {
    const server = await serve(http2, options(), (request, response) => {
      if (request.url === '/') return void response.end('hello');
      if (request.url === '/late') response.write('the first half');
      return fail() as undefined;
    });
    servers.closeAfterwards(() => server.close());
    const socket = await connect({
      host: '127.0.0.1',
      port: server.port,
      trust: servers.world.trust,
      identity: servers.world.client,
      expect: { mode: 'https', name: serverName },
      allow: [serverName],
      alpn: ['h2'],
    });
    const session = http2.connect(`https://${serverName}`, { createConnection: () => socket });
    servers.closeAfterwards(async () => session.destroy());
    const ask = (path: string) =>
      new Promise<unknown>((resolve) => {
        const stream = session.request({ ':path': path });
        let status: unknown;
        stream.on('response', (head) => {
          status = head[':status'];
        });
        stream.on('error', () => {}).resume();
        stream.on('close', () => resolve([status, stream.rstCode]));
      });
    expect(await ask('/early')).toEqual([500, http2.constants.NGHTTP2_NO_ERROR]);
    expect(await ask('/')).toEqual([200, http2.constants.NGHTTP2_NO_ERROR]);
    expect(await ask('/late')).toEqual([200, http2.constants.NGHTTP2_INTERNAL_ERROR]);
    expect(await ask('/')).toEqual([200, http2.constants.NGHTTP2_NO_ERROR]);
    expect([faults, ending]).toEqual([[fault, fault], []]);
  });
});

describe.each(fails)('a handler of sockets that %s', (_, fail) => {
  it('closes the connection, and no other', async () => {
    const server = await serve(tls, options(), fail as () => undefined);
    servers.closeAfterwards(() => server.close());
    for (let count = 0; count < 2; count++)
      expect((await ended(bare(server.port, presenting(servers.world.client)))).received).toBe('');
    expect([faults, ending]).toEqual([[fault, fault], []]);
  });
});
