import * as http from 'node:http';
import * as http2 from 'node:http2';
import * as https from 'node:https';
import * as net from 'node:net';
import * as tls from 'node:tls';
import { agent, connect, dispatcher, httpClient, serve } from '@entente/tls';
import fc from 'fast-check';
import { Agent } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bare, clientName, ended, makeWorld, presenting, serverName, type World } from './fixture.ts';

let world: World;
/** A server with a certificate of another CA: no verdict trusts it. */
let impostor: tls.Server;
let impostorPort: number;

beforeAll(async () => {
  world = await makeWorld();
  const other = await makeWorld();
  impostor = tls.createServer(presenting(other.server), (socket) => {
    socket.on('error', () => {});
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  });
  await new Promise<void>((resolve) => {
    impostor.listen(0, '127.0.0.1', resolve);
  });
  impostorPort = (impostor.address() as net.AddressInfo).port;
});
afterAll(() => void impostor.close());

/** One thing that a caller in JavaScript does to good options. */
type Change = (options: Record<string, unknown>) => unknown;

const platform: Record<string, unknown> = {
  rejectUnauthorized: false,
  requestCert: false,
  ca: [],
  checkServerIdentity: () => undefined,
  ALPNProtocols: ['http/1.1'],
  secureContext: tls.createSecureContext(),
  enableTrace: true,
  insecureHTTPParser: true,
};

/** Never a host or address to look up, and nothing that legitimately admits peers without certificate. */
const values = fc.oneof(
  fc.constantFrom(null, undefined, false, true, 0, -1, Number.NaN, '', [], {}, [null], () => {}),
  fc.constantFrom(
    'required',
    'always',
    [clientName],
    [serverName],
    async () => ({ ok: true }),
    () => 'yes',
  ),
  fc.record({ mode: fc.constantFrom('none', 'any', 'inbound', 'host') }),
);

function changes(names: readonly string[]): fc.Arbitrary<Change> {
  const name = fc.constantFrom(...names);
  return fc.oneof(
    name.map(
      (key): Change =>
        (options) => {
          const { [key]: _, ...rest } = options;
          return rest;
        },
    ),
    fc.tuple(name, values).map(
      ([key, value]): Change =>
        (options) => ({ ...options, [key]: value }),
    ),
    name.map(
      (key): Change =>
        (options) => {
          const { [key]: value, ...rest } = options;
          return { ...rest, [`${key}s`]: value };
        },
    ),
    fc.constantFrom(...Object.keys(platform)).map(
      (key): Change =>
        (options) => ({ ...options, [key]: platform[key] }),
    ),
  );
}

/** What a caller does to the object as a whole, last. */
const wrappings = fc.constantFrom<Change>(
  (options) => options,
  (options) => options,
  (options) => options,
  (options) => Object.create(options),
  (options) => ({ __proto__: options }),
  (options) => Object.assign(new (class Options {})(), options),
  (options) => new Proxy(options, { get: () => undefined }),
  (options) => new Proxy(Object.freeze(options), { get: () => undefined }),
  (options) => new Proxy(options, { ownKeys: () => [] }),
  (options) => Object.freeze(options),
  (options) =>
    Object.defineProperty(options, 'allow', {
      get(): never {
        throw new Error('unreadable');
      },
    }),
  (options) => [options],
  () => undefined,
);

/** Good options, changed. */
function changed(names: readonly string[]) {
  return fc
    .tuple(fc.array(changes(names), { maxLength: 2 }), wrappings)
    .map(([all, wrapping]) => (good: Record<string, unknown>): unknown => {
      let options = good;
      for (const change of all) options = change(options) as Record<string, unknown>;
      return wrapping({ ...options });
    });
}

interface Fault {
  readonly code?: string;
  readonly sentence?: string;
  readonly place?: string;
  readonly remedy?: string;
  readonly syscall?: string;
}

/** A fault of this package, complete; or an error of TCP. */
function expectFault(fault: unknown): void {
  const { code, sentence, place, remedy, syscall } = fault as Fault;
  if (syscall !== undefined) return;
  expect(code).toMatch(/^ENTENTE_/);
  for (const part of [sentence, place, remedy]) expect(part).toMatch(/\S/);
}

const { createServer } = http;
const modules = fc.constantFrom<unknown>(
  https,
  https,
  http2,
  http2,
  tls,
  tls,
  http,
  net,
  { createServer, globalAgent: http.globalAgent },
  { createServer, TLSSocket: tls.TLSSocket },
  { createServer: net.createServer, TLSSocket: tls.TLSSocket },
  { createSecureServer: http2.createServer },
  { createSecureServer: () => ({}) },
  new Proxy(http, { get: (_, key) => (key === 'TLSSocket' ? tls.TLSSocket : createServer) }),
  {},
  undefined,
);

/** What a client without TLS receives. */
function plainly(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
    let received = '';
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      received += text;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(received));
  });
}

describe('whatever a caller passes', () => {
  it('serve fails with a fault, or its handler sees nobody without a verdict', async () => {
    const names = ['trust', 'identity', 'allow', 'clientCertificate', 'port', 'limits', 'expect', 'link'];
    await fc.assert(
      fc.asyncProperty(modules, changed(names), async (module, made) => {
        let seen = 0;
        const handler = () => seen++;
        const good = { trust: world.trust, identity: world.server, allow: [clientName], host: '127.0.0.1' };
        try {
          await using server = await serve(module as typeof https, made(good) as never, handler);
          expect(server.server).toBeInstanceOf(tls.Server);
          expect(await plainly(server.port)).not.toContain('200');
          const { received } = await ended(bare(server.port));
          expect(received).toBe('');
        } catch (fault) {
          expectFault(fault);
        }
        expect(seen).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('no function that dials gives a connection to a server that no verdict trusts', async () => {
    const names = ['trust', 'identity', 'allow', 'expect', 'alpn', 'link', 'timeoutMs', 'limits', 'dane'];
    const named = { host: '127.0.0.1', port: impostorPort, expect: { mode: 'host', name: serverName } };
    const dialling: readonly (readonly [object, (options: never) => Promise<unknown>])[] = [
      [named, async (options) => connect(options)],
      [
        {},
        (options) =>
          new Promise((resolve, reject) => {
            const made = agent(options);
            https.get({ host: '127.0.0.1', port: impostorPort, agent: made }, resolve).on('error', reject);
          }),
      ],
      [{}, async (options) => httpClient(options).fetch(new Request(`https://127.0.0.1:${impostorPort}/`))],
      [
        {},
        async (options) => {
          const made = dispatcher(Agent, options);
          return made.request({ origin: `https://127.0.0.1:${impostorPort}`, path: '/', method: 'GET' });
        },
      ],
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...dialling), changed(names), async ([more, dial], made) => {
        const options = made({ trust: world.trust, allow: [serverName], ...more });
        let outcome: unknown;
        try {
          outcome = await dial(options as never);
        } catch (fault) {
          expectFault(fault);
          return;
        }
        expect(outcome, 'a connection').toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });
});
