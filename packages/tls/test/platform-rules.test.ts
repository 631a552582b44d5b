import { constants, X509Certificate } from 'node:crypto';
import * as net from 'node:net';
import * as tls from 'node:tls';
import { connect, serve } from '@entente/tls';
import { describe, expect, it } from 'vitest';
import { contextSettings } from '../src/credential/platform-settings.ts';
import { bare, ended, presenting, resume, serverName } from './fixture.ts';
import { useGreetingServers } from './greeting-server.ts';

const servers = useGreetingServers();
const { common, greet } = servers;

describe('resumption', () => {
  for (const minVersion of ['TLSv1.3', 'TLSv1.2'] as const) {
    it(`never happens where client certificates are asked for (${minVersion})`, async () => {
      const { port } = await greet({ minVersion });
      const { reused, outcome } = await resume(port, {
        ...presenting(servers.world.client),
        maxVersion: minVersion,
      });
      expect(reused).toBe(false);
      expect(outcome.received).toBe('hello');
    });

    it(`never happens on a port that serves both kinds (${minVersion})`, async () => {
      const { port } = await greet({ minVersion, clientCertificate: 'optional' });
      expect((await resume(port, { maxVersion: minVersion })).reused).toBe(false);
    });
  }

  it('refuses a resumed session with resumption-not-allowed, should the platform ever let one through', async () => {
    const { judgeSocket } = await import('../src/trust/judge-socket.ts');
    const resumed = { isSessionReused: () => true } as tls.TLSSocket;
    const outcome = await judgeSocket(
      resumed,
      {
        trust: servers.world.trust,
        link: { name: 'tls', direction: 'inbound', interface: 'external', purpose: 'client' },
        identity: { mode: 'inbound' },
        authorise: () => ({ ok: true }),
        certificate: 'optional',
        secondOpinion: false,
        verdictTimeoutMs: 1_000,
      },
      { protection: 'MTLS', protocol: 'TLSv1.3', cipher: 'x', alpn: undefined },
    );
    expect(outcome).toMatchObject({ admitted: false, rejection: { reason: 'resumption-not-allowed' } });
  });

  it('works where client certificates are never asked for, until the trust state or the identity changes', async () => {
    const server = await serve(
      tls,
      {
        trust: servers.world.trust,
        identity: servers.world.server,
        clientCertificate: 'none',
        host: '127.0.0.1',
      },
      (socket) => socket.end('hello'),
    );
    servers.closeAfterwards(() => server.close());
    const { session, reused } = await resume(server.port, {});
    expect(reused).toBe(true);
    await servers.world.revoke();
    const late = bare(server.port, { session: session! });
    const reusedAfter = new Promise((resolve) => {
      late.once('secureConnect', () => resolve(late.isSessionReused()));
    });
    await ended(late);
    expect(await reusedAfter).toBe(false);
  });
});

describe('renegotiation', () => {
  it('is refused on TLS 1.2, so a peer cannot change its certificate after the verdict', async () => {
    const server = await serve(tls, { ...common(), minVersion: 'TLSv1.2' }, (socket) => {
      socket.write('hello');
      socket.resume();
    });
    servers.closeAfterwards(() => server.close());
    const socket = bare(server.port, { ...presenting(servers.world.client), maxVersion: 'TLSv1.2' });
    await new Promise((resolve) => socket.once('data', resolve));
    const renegotiated = await new Promise<boolean>((resolve) => {
      socket.once('error', () => resolve(false));
      socket.once('close', () => resolve(false));
      socket.renegotiate({ rejectUnauthorized: false }, (error) => resolve(error === null));
    });
    expect(renegotiated).toBe(false);
    socket.destroy();
  });

  it('TLS 1.2 is refused unless it is asked for', async () => {
    const { port } = await greet();
    const { error } = await ended(bare(port, { ...presenting(servers.world.client), maxVersion: 'TLSv1.2' }));
    expect(error?.code).toContain('PROTOCOL_VERSION');
  });
});

describe('the cipher suites of TLS 1.2', () => {
  it('all have keys of the session alone and authenticated encryption (RFC 9325 §4.2)', async () => {
    const server = await greet({ minVersion: 'TLSv1.2' });
    const usable: string[] = [];
    const names = tls.getCiphers().filter((name) => !name.startsWith('tls_'));
    for (const ciphers of names.map((name) => name.toUpperCase())) {
      const options = { ...presenting(servers.world.client), maxVersion: 'TLSv1.2', ciphers } as const;
      const { received } = await ended(bare(server.port, options));
      if (received === 'hello') usable.push(ciphers);
    }
    expect(usable).toEqual([
      'ECDHE-ECDSA-AES128-GCM-SHA256',
      'ECDHE-ECDSA-AES256-GCM-SHA384',
      'ECDHE-ECDSA-CHACHA20-POLY1305',
    ]);
  });

  it('of a certificate with an RSA key are as good', () => {
    const { ciphers = '' } = contextSettings(undefined, [], 'TLSv1.2');
    for (const name of ciphers.split(':'))
      expect(name).toMatch(/^(TLS_|ECDHE-(ECDSA|RSA)-(AES(128|256)-GCM|CHACHA20-POLY1305))/);
  });
});

describe('a server without TLS 1.3', () => {
  async function dialled(options: tls.TlsOptions, minVersion: 'TLSv1.2' | 'TLSv1.3' | undefined) {
    const server = tls.createServer({ ...presenting(servers.world.server), ...options });
    server.on('tlsClientError', () => {});
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    try {
      const socket = await connect({
        host: '127.0.0.1',
        port: (server.address() as net.AddressInfo).port,
        trust: servers.world.trust,
        expect: { mode: 'https', name: serverName },
        allow: [serverName],
        ...(minVersion === undefined ? {} : { minVersion }),
      });
      const protocol = socket.getProtocol();
      socket.destroy();
      return protocol;
    } finally {
      server.close();
    }
  }

  it('is refused for its version, not for a certificate: the remedy is the option that lets this side speak TLS 1.2', async () => {
    await expect(dialled({ maxVersion: 'TLSv1.2' }, undefined)).rejects.toMatchObject({
      code: 'ENTENTE_HANDSHAKE_FAILED',
      message: expect.stringContaining('expected a server that speaks TLS 1.3'),
      remedy: expect.stringContaining("minVersion: 'TLSv1.2'"),
    });
    expect(await dialled({ maxVersion: 'TLSv1.2' }, 'TLSv1.2')).toBe('TLSv1.2');
  });

  it('and without TLS 1.2 is refused in the same words', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;
    await expect(dialled(old, 'TLSv1.2')).rejects.toMatchObject({
      code: 'ENTENTE_HANDSHAKE_FAILED',
      message: expect.stringContaining('expected a server that speaks TLS 1.2 or 1.3'),
    });
  });
});

describe('what unknown peers learn', () => {
  it('shows no CA names in the request for a client certificate on an external interface', async () => {
    // TLS 1.2 sends the request in the clear, so the names can be looked for in the bytes of the server's first flight.
    const { port } = await greet({ minVersion: 'TLSv1.2' });
    expect(await firstFlight(port)).not.toContain(subjectOf(servers.world.authority.certificatePem));
  });

  it('the look-out for CA names finds them where they are shown: on an internal interface', async () => {
    const { port } = await greet({ minVersion: 'TLSv1.2', link: { interface: 'internal' } });
    expect(await firstFlight(port)).toContain(subjectOf(servers.world.authority.certificatePem));
  });
});

/** The name of the root as it would stand in a list of CAs; the leaf's own issuer field is cut out by the length before it. */
function subjectOf(pem: string): string {
  const der = new X509Certificate(pem).raw.toString('latin1');
  const name = der.indexOf('Contoso Root');
  // Two octets of length precede each name in certificate_authorities (RFC 5246 §7.4.4); inside certificates none do.
  const whole = der.slice(name - 13, name + 'Contoso Root'.length);
  return `\x00${String.fromCharCode(whole.length)}${whole}`;
}

function firstFlight(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const relay = net.createServer((near) => {
      const far = net.connect(port, '127.0.0.1');
      let seen = '';
      near.pipe(far);
      far.on('data', (chunk) => {
        seen += chunk.toString('latin1');
        near.write(chunk);
      });
      const done = () => {
        relay.close();
        resolve(seen);
      };
      far.on('close', done);
      far.on('error', done);
      near.on('error', () => far.destroy());
      near.on('close', () => far.destroy());
    });
    relay.listen(0, '127.0.0.1', () => {
      const { port: near } = relay.address() as net.AddressInfo;
      const socket = bare(near, { ...presenting(servers.world.client), maxVersion: 'TLSv1.2' });
      socket.on('error', reject);
      socket.resume();
      socket.on('end', () => socket.destroy());
    });
  });
}

describe('the environment', () => {
  it('refuses to start where NODE_TLS_REJECT_UNAUTHORIZED=0', async () => {
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      await expect(greet()).rejects.toMatchObject({
        code: 'ENTENTE_PLATFORM_CHECKS_OFF',
        place: 'environment variable NODE_TLS_REJECT_UNAUTHORIZED',
      });
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    }
  });

  it('this platform knows the options that the rules rest on', () => {
    expect(constants.SSL_OP_NO_RENEGOTIATION).toBeGreaterThan(0);
    expect(constants.SSL_OP_NO_TICKET).toBeGreaterThan(0);
  });
});
