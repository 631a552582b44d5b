import { performance as platform } from 'node:perf_hooks';
import * as tls from 'node:tls';
import { createTestAuthority, type TestAuthority } from '@entente/testkit';
import { type MutualServeOptions, serve } from '@entente/tls';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { bare, ended, presenting } from './fixture.ts';
import { useGreetingServers } from './greeting-server.ts';

const servers = useGreetingServers();
const { common } = servers;

/** What a client shows that nobody trusts: so many certificates, each of some 500 octets. */
let forged: (certificates: number) => { readonly cert: string; readonly key: string };
beforeAll(async () => {
  const foreign: TestAuthority = await createTestAuthority('Another Root');
  const { chainPem, keyPem } = await foreign.issue({ dnsNames: ['fe.contoso.example'] });
  forged = (count) => ({ cert: chainPem + foreign.certificatePem.repeat(count), key: keyPem });
});

async function start(options: Partial<MutualServeOptions> = {}) {
  const server = await serve(tls, { ...common(), ...options }, (socket) => void socket.end('hello'));
  servers.closeAfterwards(() => server.close());
  return {
    welcomes: async (localAddress = '127.0.0.1') => {
      const options = { ...presenting(servers.world.client), localAddress } as tls.ConnectionOptions;
      return (await ended(bare(server.port, options))).received === 'hello';
    },
    /** Shows such a chain. */
    refuses: (certificates: number, localAddress = '127.0.0.1') =>
      ended(bare(server.port, { ...forged(certificates), localAddress } as tls.ConnectionOptions)),
    /** Begins a connection, and says whether its handshake has ended. */
    dial(localAddress = '127.0.0.1') {
      const options = { ...presenting(servers.world.client), localAddress } as tls.ConnectionOptions;
      const socket = bare(server.port, options);
      const seen = { isSecure: false, end: ended(socket) };
      socket.on('secureConnect', () => {
        seen.isSecure = true;
      });
      return seen;
    },
  };
}

// The platform's own timers go on; only what this package waits for does not.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** From now on the event loop has worked for so long whenever it is looked at. */
function everythingTakes(ms: number) {
  let active = 0;
  vi.spyOn(platform, 'eventLoopUtilization').mockImplementation(() => {
    active += ms;
    return { active, idle: 0, utilization: 0 };
  });
}

describe('an address from which chains come that nobody trusts', () => {
  it('waits with its next handshake, which is served; other addresses do not wait', async () => {
    const { dial, refuses, welcomes } = await start();
    everythingTakes(80);
    await refuses(28);
    const next = dial();
    // Each of these has begun after it, and has ended before it begins.
    for (let count = 0; count < 3; count++) expect(await welcomes('127.0.0.2')).toBe(true);
    expect(next.isSecure).toBe(false);
    vi.advanceTimersByTime(60_000);
    expect((await next.end).received).toBe('hello');
  });

  it('waits also where they count as none, and it is admitted without a name', async () => {
    const { dial, refuses, welcomes } = await start({
      clientCertificate: 'optional',
      ignoreUnknownIssuer: () => true,
    });
    everythingTakes(80);
    expect((await refuses(4)).received).toBe('hello');
    const next = dial();
    for (let count = 0; count < 3; count++) expect(await welcomes('127.0.0.2')).toBe(true);
    expect(next.isSecure).toBe(false);
    vi.advanceTimersByTime(60_000);
    expect((await next.end).received).toBe('hello');
  });

  it('does not wait where these cost little, however long they are, nor where many handshakes end well', async () => {
    const { refuses, welcomes } = await start();
    everythingTakes(0.5);
    for (let count = 0; count < 8; count++) await refuses(60);
    everythingTakes(80);
    for (let count = 0; count < 8; count++) expect(await welcomes()).toBe(true);
    expect(servers.refusals.every(({ rejection }) => rejection.reason !== 'throttled')).toBe(true);
  });
});
