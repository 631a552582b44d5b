import { constants, X509Certificate } from 'node:crypto';
import * as https from 'node:https';
import * as net from 'node:net';
import * as tls from 'node:tls';
import { createTrust, type MutualServeOptions, peerOf, type Refusal, serve } from '@entente/tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  bare,
  clientName,
  ended,
  issueFrom,
  knowledge,
  makeCrl,
  makeWorld,
  presenting,
  type World,
} from './fixture.ts';

let world: World;
let refusals: Refusal[];
const closers: (() => Promise<void>)[] = [];

beforeEach(async () => {
  world = await makeWorld();
  refusals = [];
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function common(): MutualServeOptions {
  return {
    trust: world.trust,
    identity: world.server,
    allow: [clientName],
    host: '127.0.0.1',
    onRefusal: (refusal) => refusals.push(refusal),
  };
}

async function greet(options: Partial<MutualServeOptions> = {}) {
  const server = await serve(tls, { ...common(), ...options }, (socket) => socket.end('hello'));
  closers.push(() => server.close());
  return server;
}

/** Connects, takes the session the server hands out, and connects again with it. */
async function resume(port: number, options: tls.ConnectionOptions) {
  const first = bare(port, options);
  let session: Buffer | undefined;
  first.on('session', (given: Buffer) => {
    session = given;
  });
  await ended(first);
  const again = bare(port, { ...options, ...(session === undefined ? {} : { session }) });
  const reused = new Promise<boolean>((resolve) => {
    again.once('secureConnect', () => resolve(again.isSessionReused()));
    again.once('close', () => resolve(false));
  });
  const outcome = await ended(again);
  return { session, reused: await reused, outcome };
}

describe('resumption', () => {
  for (const minVersion of ['TLSv1.3', 'TLSv1.2'] as const) {
    it(`never happens where client certificates are asked for (${minVersion})`, async () => {
      const { port } = await greet({ minVersion });
      const { reused, outcome } = await resume(port, { ...presenting(world.client), maxVersion: minVersion });
      expect(reused).toBe(false);
      expect(outcome.received).toBe('hello');
    });

    it(`never happens on a port that serves both kinds (${minVersion})`, async () => {
      const { port } = await greet({ minVersion, clientCertificate: 'optional' });
      expect((await resume(port, { maxVersion: minVersion })).reused).toBe(false);
    });
  }

  it('refuses a resumed session with resumption-not-allowed, should the platform ever let one through', async () => {
    const { judgeSocket } = await import('../src/judge-socket.ts');
    const resumed = { isSessionReused: () => true } as tls.TLSSocket;
    const outcome = await judgeSocket(
      resumed,
      {
        trust: world.trust,
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
      { trust: world.trust, identity: world.server, clientCertificate: 'none', host: '127.0.0.1' },
      (socket) => socket.end('hello'),
    );
    closers.push(() => server.close());
    const { session, reused } = await resume(server.port, {});
    expect(reused).toBe(true);
    await world.revoke();
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
    closers.push(() => server.close());
    const socket = bare(server.port, { ...presenting(world.client), maxVersion: 'TLSv1.2' });
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
    const { error } = await ended(bare(port, { ...presenting(world.client), maxVersion: 'TLSv1.2' }));
    expect(error?.code).toContain('PROTOCOL_VERSION');
  });
});

describe('what strangers learn', () => {
  it('shows no CA names in the request for a client certificate on an external interface', async () => {
    // TLS 1.2 sends the request in the clear, so the names can be looked for in the bytes of the server's first flight.
    const { port } = await greet({ minVersion: 'TLSv1.2' });
    expect(await firstFlight(port)).not.toContain(subjectOf(world.authority.certificatePem));
  });

  it('the look-out for CA names finds them where they are shown: on an internal interface', async () => {
    const { port } = await greet({ minVersion: 'TLSv1.2', link: { interface: 'internal' } });
    expect(await firstFlight(port)).toContain(subjectOf(world.authority.certificatePem));
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
      const socket = bare(near, { ...presenting(world.client), maxVersion: 'TLSv1.2' });
      socket.on('error', reject);
      socket.resume();
      socket.on('end', () => socket.destroy());
    });
  });
}

describe('holding a socket until the verdict', () => {
  it('loses nothing of 48 kB that a client sent before the verdict, and shows no request before it', async () => {
    const revealed: string[] = [];
    let release!: () => void;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let asked!: () => void;
    const askedForKnowledge = new Promise<void>((resolve) => {
      asked = resolve;
    });
    let known = false;
    const trust = createTrust({
      version: () => '1',
      judge: {
        judge: (presented, question) =>
          known
            ? world.trust.judge.judge(presented, question)
            : {
                trusted: false,
                rejection: {
                  reason: 'revocation-unknown',
                  depth: 0,
                  subject: '',
                  why: 'not fetched yet',
                  message: '',
                  remedy: '',
                },
                considered: [],
                evidence: [],
              },
      },
      async prepare() {
        asked();
        await held;
        known = true;
      },
    });
    const server = await serve(https, { ...common(), trust }, (request, response) => {
      revealed.push(String(peerOf(request)?.peer?.dnsNames[0]));
      let length = 0;
      request.on('data', (chunk: Buffer) => {
        length += chunk.length;
      });
      request.on('end', () => response.end(String(length)));
    });
    closers.push(() => server.close());
    const socket = bare(server.port, { ...presenting(world.client), ALPNProtocols: ['http/1.1'] });
    const body = 'x'.repeat(48 * 1024);
    socket.write(
      `POST / HTTP/1.1\r\nHost: pool.contoso.example\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    );
    await askedForKnowledge;
    expect(revealed).toEqual([]);
    expect(server).toMatchObject({ pending: 1, connections: 0 });
    release();
    const { received } = await ended(socket);
    expect(received.endsWith(`\r\n\r\n${body.length}`)).toBe(true);
    expect(revealed).toEqual([clientName]);
  });

  it('shows an unjudged socket to no listener, not even to one added later', async () => {
    const server = await greet();
    const seen: unknown[] = [];
    server.server.on('secureConnection', (socket) => seen.push(socket));
    await ended(bare(server.port));
    expect(refusals.map(({ rejection }) => rejection.reason)).toEqual(['no-certificate']);
    expect(seen).toEqual([]);
  });

  it('refuses a further connection without a verdict from an address that already holds the most allowed', async () => {
    const { port } = await greet({ limits: { maxPendingPerAddress: 1 } });
    const idle = net.connect(port, '127.0.0.1');
    await new Promise((resolve) => idle.once('connect', resolve));
    const second = await ended(bare(port, presenting(world.client)));
    expect(second.received).toBe('');
    expect(refusals).toMatchObject([{ when: 'admission', rejection: { reason: 'throttled' } }]);
    idle.destroy();
  });
});

describe('the second opinion of OpenSSL on internal interfaces', () => {
  it('refuses with platform-refused what only our verdict trusts', async () => {
    // A judge that trusts anybody stands for a fault in ours: OpenSSL does not know this CA.
    const other = await makeWorld();
    const trust = createTrust({
      version: () => '1',
      judge: other.trust.judge,
      platformAnchors: () => [world.authority.certificatePem],
    });
    const { port } = await greet({ trust, link: { interface: 'internal' } });
    expect((await ended(bare(port, presenting(other.client)))).received).toBe('');
    expect(refusals).toMatchObject([{ rejection: { reason: 'platform-refused' } }]);
  });

  it('agrees with a verdict that trusts', async () => {
    const { port } = await greet({ link: { interface: 'internal' } });
    expect((await ended(bare(port, presenting(world.client)))).received).toBe('hello');
  });
});

describe.each(['internal', 'external'])('chains over an intermediate, on an %s interface', (name) => {
  async function below() {
    const issuing = await world.authority.subordinate('Contoso Issuing');
    world.crls.set(knowledge(await makeCrl(world.authority), await makeCrl(issuing)));
    const { port } = await greet({ link: { interface: name } });
    return { issuing, port };
  }

  it('admits one client after the other, whatever way the chain is read', async () => {
    const { issuing, port } = await below();
    for (let count = 0; count < 3; count++) {
      const client = await issueFrom(issuing, { dnsNames: [clientName] });
      expect((await ended(bare(port, presenting(client)))).received).toBe('hello');
    }
    expect(refusals).toEqual([]);
  });

  it('refuses a client that leaves the intermediate out, even after another has shown it', async () => {
    const { issuing, port } = await below();
    const client = await issueFrom(issuing, { dnsNames: [clientName] });
    expect((await ended(bare(port, presenting(client)))).received).toBe('hello');
    const [leafOnly] = client.current.certificatePem.split(/(?<=-----END CERTIFICATE-----\n)/);
    await ended(bare(port, { cert: leafOnly!, key: client.current.keyPem }));
    expect(refusals).toMatchObject([{ rejection: { reason: 'unknown-issuer' } }]);
  });

  it('refuses the clients of an intermediate that was revoked after another client had passed', async () => {
    const { issuing, port } = await below();
    const [first, second] = await Promise.all([
      issueFrom(issuing, { dnsNames: [clientName] }),
      issueFrom(issuing, { dnsNames: [clientName] }),
    ]);
    expect((await ended(bare(port, presenting(first)))).received).toBe('hello');
    const { serialNumber } = new X509Certificate(issuing.certificatePem);
    world.crls.set(
      knowledge(await makeCrl(world.authority, [serialNumber.toLowerCase()]), await makeCrl(issuing)),
    );
    expect((await ended(bare(port, presenting(second)))).received).toBe('');
    expect(refusals).toMatchObject([{ rejection: { reason: 'revoked', depth: 1 } }]);
  });
});

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
