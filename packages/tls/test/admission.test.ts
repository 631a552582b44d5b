import { X509Certificate } from 'node:crypto';
import * as https from 'node:https';
import * as net from 'node:net';
import * as tls from 'node:tls';
import { type Clock, createTrust, peerOf, serve, systemClock } from '@entente/tls';
import { describe, expect, it } from 'vitest';
import { bare, clientName, ended, issueFrom, knowledge, makeCrl, makeWorld, presenting } from './fixture.ts';
import { useGreetingServers } from './greeting-server.ts';

const servers = useGreetingServers();
const { common, greet } = servers;

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
            ? servers.world.trust.judge.judge(presented, question)
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
    servers.closeAfterwards(() => server.close());
    const socket = bare(server.port, { ...presenting(servers.world.client), ALPNProtocols: ['http/1.1'] });
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
    expect(servers.refusals.map(({ rejection }) => rejection.reason)).toEqual(['no-certificate']);
    expect(seen).toEqual([]);
  });

  it('refuses a further connection without a verdict from an address that already holds the most allowed', async () => {
    const { port } = await greet({ limits: { maxPendingPerAddress: 1 } });
    const idle = net.connect(port, '127.0.0.1');
    await new Promise((resolve) => idle.once('connect', resolve));
    const second = await ended(bare(port, presenting(servers.world.client)));
    expect(second.received).toBe('');
    expect(servers.refusals).toMatchObject([{ when: 'admission', rejection: { reason: 'throttled' } }]);
    idle.destroy();
  });

  describe('where the oldest gives way', () => {
    const idle = async (port: number, localAddress: string) => {
      const socket = net.connect({ port, host: '127.0.0.1', localAddress }).on('error', () => {});
      await new Promise((resolve) => socket.once('connect', resolve));
      const closed = new Promise((resolve) => socket.once('close', resolve));
      return { socket, closed };
    };

    it('closes the oldest connection without a verdict for a further one, and none that was admitted', async () => {
      const limits = { maxPending: 2, whenPendingIsFull: 'close-oldest' } as const;
      const server = await serve(tls, { ...common(), limits }, (socket) => void socket.write('hello'));
      servers.closeAfterwards(() => server.close());
      const admitted = bare(server.port, presenting(servers.world.client));
      await new Promise((resolve) => admitted.once('data', resolve));
      const first = await idle(server.port, '127.0.0.2');
      const second = await idle(server.port, '127.0.0.3');
      await expect.poll(() => server.pending).toBe(2);
      const late = bare(server.port, presenting(servers.world.client));
      await new Promise((resolve) => late.once('data', resolve));
      await first.closed;
      expect(server).toMatchObject({ pending: 1, connections: 2 });
      expect(servers.refusals).toMatchObject([
        { when: 'admission', rejection: { reason: 'throttled' }, remoteAddress: '127.0.0.2' },
      ]);
      for (const socket of [admitted, late, second.socket]) socket.destroy();
    });

    it('closes the oldest one of the same address where that holds the most allowed', async () => {
      const limits = { maxPendingPerAddress: 1, whenPendingIsFull: 'close-oldest' } as const;
      const server = await greet({ limits });
      const elsewhere = await idle(server.port, '127.0.0.2');
      await expect.poll(() => server.pending).toBe(1);
      const first = await idle(server.port, '127.0.0.1');
      await expect.poll(() => server.pending).toBe(2);
      const { received } = await ended(bare(server.port, presenting(servers.world.client)));
      expect(received).not.toBe('');
      await first.closed;
      expect(server.pending).toBe(1);
      elsewhere.socket.destroy();
    });
  });
});

describe('the second opinion of OpenSSL on internal interfaces', () => {
  it('refuses with platform-refused what only our verdict trusts', async () => {
    // A judge that trusts anybody stands for a fault in ours: OpenSSL does not know this CA.
    const other = await makeWorld();
    const trust = createTrust({
      version: () => '1',
      judge: other.trust.judge,
      platformAnchors: () => [servers.world.authority.certificatePem],
    });
    const { port } = await greet({ trust, link: { interface: 'internal' } });
    expect((await ended(bare(port, presenting(other.client)))).received).toBe('');
    expect(servers.refusals).toMatchObject([{ rejection: { reason: 'platform-refused' } }]);
  });

  describe('about a certificate of the next hour, which is valid by another clock', () => {
    const hour = 3_600_000;
    const later = () => Date.now() + 2 * hour;
    const next = () =>
      servers.world.issue({
        dnsNames: [clientName],
        notBefore: Date.now() + hour,
        notAfter: Date.now() + 5 * hour,
      });
    const trusting = (clock?: Clock) =>
      createTrust({
        version: () => '1',
        judge: {
          judge: (presented, question) =>
            servers.world.trust.judge.judge(presented, { ...question, now: later() }),
        },
        platformAnchors: () => [servers.world.authority.certificatePem],
        ...(clock === undefined ? {} : { clock }),
      });

    it('counts where the verdict had the clock of the machine', async () => {
      const { port } = await greet({ trust: trusting(), link: { interface: 'internal' } });
      expect((await ended(bare(port, presenting(await next())))).received).toBe('');
      expect(servers.refusals).toMatchObject([
        { rejection: { reason: 'platform-refused', error: 'CERT_NOT_YET_VALID' } },
      ]);
    });

    it('does not count where the verdict had that clock: OpenSSL knows the time of the machine alone', async () => {
      const clock: Clock = { now: later, after: systemClock.after };
      const { port } = await greet({ trust: trusting(clock), link: { interface: 'internal' } });
      expect((await ended(bare(port, presenting(await next())))).received).toBe('hello');
    });
  });

  it('agrees with a verdict that trusts', async () => {
    const { port } = await greet({ link: { interface: 'internal' } });
    expect((await ended(bare(port, presenting(servers.world.client)))).received).toBe('hello');
  });
});

describe.each(['internal', 'external'])('chains over an intermediate, on an %s interface', (name) => {
  async function below() {
    const issuing = await servers.world.authority.subordinate('Contoso Issuing');
    servers.world.crls.set(knowledge(await makeCrl(servers.world.authority), await makeCrl(issuing)));
    const { port } = await greet({ link: { interface: name } });
    return { issuing, port };
  }

  it('admits one client after the other, whatever way the chain is read', async () => {
    const { issuing, port } = await below();
    for (let count = 0; count < 3; count++) {
      const client = await issueFrom(issuing, { dnsNames: [clientName] });
      expect((await ended(bare(port, presenting(client)))).received).toBe('hello');
    }
    expect(servers.refusals).toEqual([]);
  });

  it('refuses a client that leaves the intermediate out, even after another has shown it', async () => {
    const { issuing, port } = await below();
    const client = await issueFrom(issuing, { dnsNames: [clientName] });
    expect((await ended(bare(port, presenting(client)))).received).toBe('hello');
    const [leafOnly] = client.current.certificatePem.split(/(?<=-----END CERTIFICATE-----\n)/);
    await ended(bare(port, { cert: leafOnly!, key: client.current.keyPem }));
    expect(servers.refusals).toMatchObject([{ rejection: { reason: 'unknown-issuer' } }]);
  });

  it('refuses the clients of an intermediate that was revoked after another client had passed', async () => {
    const { issuing, port } = await below();
    const [first, second] = await Promise.all([
      issueFrom(issuing, { dnsNames: [clientName] }),
      issueFrom(issuing, { dnsNames: [clientName] }),
    ]);
    expect((await ended(bare(port, presenting(first)))).received).toBe('hello');
    const { serialNumber } = new X509Certificate(issuing.certificatePem);
    servers.world.crls.set(
      knowledge(await makeCrl(servers.world.authority, [serialNumber.toLowerCase()]), await makeCrl(issuing)),
    );
    expect((await ended(bare(port, presenting(second)))).received).toBe('');
    expect(servers.refusals).toMatchObject([{ rejection: { reason: 'revoked', depth: 1 } }]);
  });
});

describe('faults of our own', () => {
  it('closes the connection where allow throws, and reports it to onFault', async () => {
    const faults: unknown[] = [];
    const fault = new Error('the list could not be read');
    const { port } = await greet({
      allow: () => {
        throw fault;
      },
      onFault: (seen) => faults.push(seen),
    });
    expect((await ended(bare(port, presenting(servers.world.client)))).received).toBe('');
    expect(faults).toEqual([fault]);
  });

  it('closes an open connection whose later verdict throws: without a verdict nobody stays', async () => {
    let broken = false;
    const faults: unknown[] = [];
    const server = await serve(
      tls,
      {
        ...common(),
        allow: () => {
          if (broken) throw new Error('the list could not be read');
          return { ok: true };
        },
        onFault: (seen) => faults.push(seen),
      },
      (socket) => void socket.write('hello'),
    );
    servers.closeAfterwards(() => server.close());
    const end = ended(bare(server.port, presenting(servers.world.client)));
    await new Promise((resolve) => server.server.once('secureConnection', resolve));
    broken = true;
    await servers.world.revoke();
    await end;
    expect(faults).toHaveLength(1);
    expect(server.connections).toBe(0);
  });
});
