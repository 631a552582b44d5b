import * as http2 from 'node:http2';
import * as https from 'node:https';
import type { AddressInfo } from 'node:net';
import * as net from 'node:net';
import { agent, dispatcher, type MutualServeOptions, peerOf, refusedByPeer, serve } from '@entente/tls';
import { Agent, fetch as undiciFetch, request as undiciRequest } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientName, makeWorld, presenting, serverName, type World } from './fixture.ts';

let world: World;
const closers: (() => unknown)[] = [];

beforeEach(async () => {
  world = await makeWorld();
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function common(): MutualServeOptions {
  return {
    trust: world.trust,
    identity: world.server,
    allow: [clientName],
    host: '127.0.0.1',
    limits: { drainTimeoutMs: 1 },
  };
}

async function web(options: Partial<MutualServeOptions> = {}) {
  const server = await serve(https, { ...common(), ...options }, (request, response) => {
    response.end(`${peerOf(request)?.peer?.dnsNames[0]} at ${request.headers.host}`);
  });
  closers.push(() => server.close());
  return server;
}

function trusting(more: Partial<Parameters<typeof agent>[0]> = {}) {
  const made = agent({ trust: world.trust, identity: world.client, allow: [serverName], ...more });
  closers.push(() => made.destroy());
  return made;
}

function get(options: https.RequestOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    https
      .get({ host: '127.0.0.1', servername: serverName, ...options }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve(text));
      })
      .on('error', reject);
  });
}

describe('agent', () => {
  it('carries requests over judged connections, and keeps them for the next', async () => {
    const server = await web();
    const made = trusting();
    expect(await get({ port: server.port, agent: made })).toContain(clientName);
    expect(await get({ port: server.port, agent: made })).toContain(clientName);
    expect(server.connections).toBe(1);
  });

  it('dials the address that it is given for a host, which has to prove the name of the host', async () => {
    const { port } = await web();
    const addresses = new Map([
      [serverName, '127.0.0.1'],
      ['other.contoso.example', '127.0.0.1'],
    ]);
    const made = trusting({ addresses, allow: [serverName, 'other.contoso.example'] });
    const named = (host: string) => ({ port, agent: made, host, servername: host });
    expect(await get(named(serverName))).toContain(clientName);
    await expect(get(named('other.contoso.example'))).rejects.toMatchObject({
      code: 'ENTENTE_REFUSED',
      rejection: { reason: 'name-mismatch' },
    });
  });

  it('fails a request to a server without the name that was asked for, before anything of it is sent', async () => {
    const { port } = await web();
    await expect(get({ port, agent: trusting(), servername: 'other.contoso.example' })).rejects.toMatchObject(
      {
        code: 'ENTENTE_REFUSED',
        rejection: { reason: 'name-mismatch' },
      },
    );
  });

  it('looks for the name by the rules that the caller gives', async () => {
    const { port } = await web();
    const made = trusting({ expect: () => ({ mode: 'host', name: serverName }) });
    expect(await get({ port, agent: made, servername: 'other.contoso.example' })).toContain(clientName);
  });

  it('fails a request with peer-refused where the server refuses us', async () => {
    const { port } = await web({ allow: ['other.contoso.example'] });
    const error = await get({ port, agent: trusting() }).catch((fault: unknown) => fault);
    expect(refusedByPeer(error)).toMatchObject({ reason: 'peer-refused' });
  });

  it('closes pooled connections when the server is revoked, and dials no more', async () => {
    const server = await web();
    const made = trusting();
    await get({ port: server.port, agent: made });
    await world.revoke(world.server.serialHex);
    await expect(get({ port: server.port, agent: made })).rejects.toMatchObject({
      code: 'ENTENTE_REFUSED',
      rejection: { reason: 'revoked' },
    });
  });

  it('gives up on a server that accepts and says nothing', async () => {
    const silent = net.createServer();
    await new Promise<void>((resolve) => {
      silent.listen(0, '127.0.0.1', resolve);
    });
    const accepted = new Set<net.Socket>();
    silent.on('connection', (socket) => accepted.add(socket));
    closers.push(() => {
      for (const socket of accepted) socket.destroy();
      silent.close();
    });
    const { port } = silent.address() as AddressInfo;
    await expect(get({ port, agent: trusting({ timeoutMs: 50 }) })).rejects.toMatchObject({
      code: 'ENTENTE_TIMEOUT',
      place: `127.0.0.1:${port}`,
    });
  });
});

describe('dispatcher', () => {
  function dispatching(more: Partial<Parameters<typeof dispatcher>[1]> = {}) {
    const made = dispatcher(Agent, {
      trust: world.trust,
      identity: world.client,
      allow: [serverName],
      expect: () => ({ mode: 'https', name: serverName }),
      ...more,
    });
    closers.push(() => made.destroy());
    return made;
  }

  it('carries requests of undici and of fetch over judged connections', async () => {
    const { port } = await web();
    const made = dispatching({ settings: { connections: 1 } });
    const { body } = await undiciRequest(`https://127.0.0.1:${port}/`, { dispatcher: made });
    expect(await body.text()).toContain(clientName);
    const response = await undiciFetch(`https://127.0.0.1:${port}/`, { dispatcher: made });
    expect(await response.text()).toContain(clientName);
  });

  it('fails a request with the reason where our verdict refuses the server', async () => {
    const { port } = await web();
    const made = dispatching({ allow: ['other.contoso.example'] });
    await expect(undiciRequest(`https://127.0.0.1:${port}/`, { dispatcher: made })).rejects.toMatchObject({
      code: 'ENTENTE_REFUSED',
      verdict: { trusted: false },
    });
  });

  it('refuses plain http', async () => {
    await expect(undiciRequest('http://127.0.0.1:1/', { dispatcher: dispatching() })).rejects.toMatchObject({
      code: 'ENTENTE_PLAIN_HTTP',
    });
  });
});

describe('serve with node:http2', () => {
  it('tells a request who its peer is, and closes the session when the peer is revoked', async () => {
    const server = await serve(http2, common(), (request, response) => {
      response.end(String(peerOf(request)?.peer?.dnsNames[0]));
    });
    closers.push(() => server.close());
    const session = http2.connect(`https://127.0.0.1:${server.port}`, {
      ...presenting(world.client),
      rejectUnauthorized: false,
    });
    session.on('error', () => {});
    const stream = session.request({ ':path': '/' });
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    expect(text).toBe(clientName);
    const closed = new Promise((resolve) => session.once('close', resolve));
    await world.revoke(world.client.serialHex);
    await closed;
    expect(server.connections).toBe(0);
  });
});
