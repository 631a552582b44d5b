import * as https from 'node:https';
import * as tls from 'node:tls';
import { connect, createTrust, openTrust, peerOf, serve } from '@entente/tls';
import { describe, expect, it } from 'vitest';
import {
  bare,
  clientName,
  type Ended,
  ended,
  knowledge,
  makeCrl,
  makeWorld,
  presenting,
  SettableStore,
  serverName,
  type World,
} from './fixture.ts';
import { useGreetingServers } from './greeting-server.ts';

const hourMs = 3_600_000;
const servers = useGreetingServers();

/** A server whose connections stay open, and a way to open one that has been admitted. */
async function open(trust = servers.world.trust) {
  const server = await serve(
    tls,
    {
      trust,
      identity: servers.world.server,
      allow: [clientName, 'second.contoso.example'],
      host: '127.0.0.1',
      onRefusal: (refusal) => servers.refusals.push(refusal),
      limits: { drainTimeoutMs: 1 },
    },
    (socket) => {
      socket.write('hello');
      socket.resume();
    },
  );
  servers.closeAfterwards(() => server.close());
  return {
    server,
    async admitted(identity = servers.world.client): Promise<{ socket: tls.TLSSocket; end: Promise<Ended> }> {
      const socket = bare(server.port, presenting(identity));
      const end = ended(socket);
      await new Promise((resolve) => socket.once('data', resolve));
      return { socket, end };
    },
  };
}

describe('live trust on the server side', () => {
  it('closes an open connection when its certificate is revoked, with the reason for insiders', async () => {
    const { server, admitted } = await open();
    const { end } = await admitted();
    await servers.world.revoke(servers.world.client.serialHex);
    await end;
    expect(servers.refusals).toMatchObject([
      { when: 'live', rejection: { reason: 'revoked' }, peer: { dnsNames: [clientName] } },
    ]);
    expect(server.connections).toBe(0);
  });

  it('leaves the connections of others open', async () => {
    const second = await servers.world.issue({ dnsNames: ['second.contoso.example'] });
    const { server, admitted } = await open();
    const gone = await admitted();
    const stays = await admitted(second);
    await servers.world.revoke(servers.world.client.serialHex);
    await gone.end;
    expect(server.connections).toBe(1);
    expect(stays.socket.destroyed).toBe(false);
    stays.socket.destroy();
  });

  it('closes an open connection when its anchor is gone', async () => {
    const other = await makeWorld();
    const anchors = new SettableStore(await anchorsOf(servers.world));
    const trust = await openTrust({ anchors, crls: servers.world.crls });
    const { admitted } = await open(trust);
    const { end } = await admitted();
    anchors.set(await anchorsOf(other));
    await end;
    expect(servers.refusals).toMatchObject([{ when: 'live', rejection: { reason: 'unknown-issuer' } }]);
  });

  it('closes an open connection when time alone ends its verdict: the leaf expires', async () => {
    const brief = await servers.world.issue({
      dnsNames: [clientName],
      notAfter: servers.world.clock.now() + hourMs,
    });
    const { admitted } = await open();
    const { end } = await admitted(brief);
    servers.world.clock.advance(hourMs - 10_000);
    expect(servers.refusals).toEqual([]);
    servers.world.clock.advance(20_000);
    await end;
    expect(servers.refusals).toMatchObject([{ when: 'live', rejection: { reason: 'certificate-expired' } }]);
  });

  /** A connection under a leaf that expires, and what has been refused once the clock has come to a moment. */
  async function expiring() {
    const { clock } = servers.world;
    const notAfter = Math.ceil(clock.now() / 1_000) * 1_000 + hourMs;
    const { admitted } = await open();
    const { socket } = await admitted(await servers.world.issue({ dnsNames: [clientName], notAfter }));
    return {
      notAfter,
      [Symbol.dispose]: () => socket.destroy(),
      async refusedAt(at: number) {
        clock.advance(at - clock.now());
        await new Promise((resolve) => setImmediate(resolve));
        return servers.refusals.map((refusal) => refusal.rejection?.reason);
      },
    };
  }

  it('closes it in the second after its last, however the clock comes there', async () => {
    using leaf = await expiring();
    // Validity has whole seconds, and the last one counts to its end.
    for (const at of [0, 1, 999]) expect(await leaf.refusedAt(leaf.notAfter + at)).toEqual([]);
    expect(await leaf.refusedAt(leaf.notAfter + 1_000)).toEqual(['certificate-expired']);
  });

  it('closes it too where the clock was set back while its time ended', async () => {
    using leaf = await expiring();
    servers.world.clock.advance(leaf.notAfter + 1_000 - servers.world.clock.now());
    // Before the verdict that has become due.
    expect(await leaf.refusedAt(leaf.notAfter - 60_000)).toEqual([]);
    expect(await leaf.refusedAt(leaf.notAfter + 1_000)).toEqual(['certificate-expired']);
  });

  it('closes it within a minute where the clock jumps over its end, as after a sleep of the machine', async () => {
    using leaf = await expiring();
    const { clock } = servers.world;
    clock.set(leaf.notAfter + 1_000 - clock.now());
    expect(await leaf.refusedAt(clock.now() + 60_000)).toEqual(['certificate-expired']);
  });

  it('closes an open connection when its CRL goes stale under hard-fail', async () => {
    const { admitted } = await open();
    const { end } = await admitted();
    // The fixture's CRL is good for a day.
    servers.world.clock.advance(25 * hourMs);
    await end;
    expect(servers.refusals).toMatchObject([{ when: 'live', rejection: { reason: 'revocation-stale' } }]);
  });

  it('lets an open connection live on when a fresh CRL arrives before the old one ends', async () => {
    const { server, admitted } = await open();
    const { socket } = await admitted();
    servers.world.clock.advance(20 * hourMs);
    servers.world.crls.set(
      knowledge(
        await makeCrl(servers.world.authority, [], {
          thisUpdate: servers.world.clock.now(),
          nextUpdate: servers.world.clock.now() + 24 * hourMs,
        }),
      ),
    );
    await settled();
    servers.world.clock.advance(10 * hourMs);
    await settled();
    expect(servers.refusals).toEqual([]);
    expect(server.connections).toBe(1);
    socket.destroy();
  });

  it('fetches before it closes: stale knowledge that can be renewed costs no connection', async () => {
    let fetched = 0;
    const trust = createTrust({
      judge: servers.world.trust.judge,
      version: () => servers.world.trust.version,
      clock: servers.world.clock,
      async prepare() {
        fetched += 1;
        servers.world.crls.set(
          knowledge(
            await makeCrl(servers.world.authority, [], {
              thisUpdate: servers.world.clock.now(),
              nextUpdate: servers.world.clock.now() + 24 * hourMs,
            }),
          ),
        );
      },
    });
    const { server, admitted } = await open(trust);
    const { socket } = await admitted();
    servers.world.clock.advance(25 * hourMs);
    await settled(() => fetched > 0);
    await settled();
    expect(fetched).toBe(1);
    expect(servers.refusals).toEqual([]);
    expect(server.connections).toBe(1);
    socket.destroy();
  });

  it('keeps what was fetched for a connection until it has closed', async () => {
    const used: string[] = [];
    let refusing = false;
    const trust = createTrust({
      judge: {
        judge: (presented, question) =>
          refusing
            ? { ...refusedBy('revoked'), evidence: [] }
            : servers.world.trust.judge.judge(presented, question),
      },
      version: () => servers.world.trust.version,
      clock: servers.world.clock,
      use({ leaf }) {
        used.push(leaf.serialHex);
        return () => void used.splice(used.indexOf(leaf.serialHex), 1);
      },
    });
    const { admitted } = await open(trust);
    const [first, second] = [await admitted(), await admitted()];
    expect(used).toHaveLength(2);
    first.socket.destroy();
    await settled(() => used.length === 1);
    // One that later trust closes is let go of once, too.
    refusing = true;
    trust.announce();
    await second.end;
    await settled(() => used.length === 0);
    expect(used).toEqual([]);
  });

  it('judges only what a change touches', async () => {
    let verdicts = 0;
    const trust = createTrust({
      judge: {
        judge: (presented, question) => {
          verdicts += 1;
          return servers.world.trust.judge.judge(presented, question);
        },
      },
      version: () => '1',
      clock: servers.world.clock,
    });
    const second = await servers.world.issue({ dnsNames: ['second.contoso.example'] });
    const { admitted } = await open(trust);
    const sockets = [await admitted(), await admitted(second)];
    verdicts = 0;
    trust.announce({ domains: ['fabrikam.example'], servers: ['other.contoso.example'] });
    await settled();
    expect(verdicts).toBe(0);
    trust.announce({ servers: [clientName] });
    await settled();
    expect(verdicts).toBe(1);
    trust.announce({ domains: ['contoso.example'] });
    await settled();
    expect(verdicts).toBe(3);
    trust.announce();
    await settled();
    expect(verdicts).toBe(5);
    for (const { socket } of sockets) socket.destroy();
  });

  it('judges again at once when trust changed between verdict and admission', async () => {
    let version = 1;
    let revoked = false;
    const trust = createTrust({
      judge: {
        judge: (presented, question) => {
          const verdict = servers.world.trust.judge.judge(presented, question);
          if (revoked) return { ...refusedBy('revoked'), evidence: [] };
          // The change lands while this verdict is on its way, and is announced before the connection is indexed.
          version += 1;
          revoked = true;
          trust.announce();
          return verdict;
        },
      },
      version: () => String(version),
      clock: servers.world.clock,
    });
    const { server } = await open(trust);
    await ended(bare(server.port, presenting(servers.world.client)));
    expect(servers.refusals).toMatchObject([{ when: 'live', rejection: { reason: 'revoked' } }]);
  });
});

describe('live trust on the client side', () => {
  it('closes our connection to a server that is revoked, with an error that says why', async () => {
    const { server } = await open();
    const socket = await connect({
      host: '127.0.0.1',
      port: server.port,
      trust: servers.world.trust,
      identity: servers.world.client,
      expect: { mode: 'host', name: serverName },
      allow: [serverName],
    });
    const end = ended(socket);
    await servers.world.revoke(servers.world.server.serialHex);
    expect((await end).error).toMatchObject({ code: 'ENTENTE_REFUSED', rejection: { reason: 'revoked' } });
  });
});

describe('hot swap', () => {
  it('presents the new certificate from the next handshake on, and keeps open connections', async () => {
    const { server, admitted } = await open();
    const { socket } = await admitted();
    const before = socket.getPeerX509Certificate()?.serialNumber.toLowerCase();
    const next = await servers.world.issue({ dnsNames: [serverName] });
    await servers.world.server.replace({
      certificate: next.current.certificatePem,
      key: next.current.keyPem,
    });
    const later = await admitted();
    expect(before).toBe(servers.world.server.serialHex);
    expect(later.socket.getPeerX509Certificate()?.serialNumber.toLowerCase()).toBe(next.serialHex);
    expect(server.connections).toBe(2);
    socket.destroy();
    later.socket.destroy();
  });

  it('keeps the rules after a swap: client certificates are still asked for, and nothing resumes', async () => {
    const { server, admitted } = await open();
    const next = await servers.world.issue({ dnsNames: [serverName] });
    await servers.world.server.replace({
      certificate: next.current.certificatePem,
      key: next.current.keyPem,
    });
    await ended(bare(server.port));
    expect(servers.refusals).toMatchObject([{ rejection: { reason: 'no-certificate' } }]);
    const late = await ended(
      bare(server.port, { ...presenting(servers.world.client), maxVersion: 'TLSv1.2' }),
    );
    expect(late.error?.code).toContain('PROTOCOL_VERSION');
    (await admitted()).socket.destroy();
  });
});

describe('closing', () => {
  it('ends by its signal, after open requests had their time', async () => {
    const stop = new AbortController();
    const server = await serve(
      https,
      {
        trust: servers.world.trust,
        identity: servers.world.server,
        allow: [clientName],
        host: '127.0.0.1',
        signal: stop.signal,
      },
      (request, response) => response.end(peerOf(request)?.protection),
    );
    const answer = await new Promise<string>((resolve, reject) => {
      https
        .get(
          {
            host: '127.0.0.1',
            port: server.port,
            ...presenting(servers.world.client),
            rejectUnauthorized: false,
            agent: false,
          },
          (response) => response.setEncoding('utf8').on('data', resolve),
        )
        .on('error', reject);
    });
    expect(answer).toBe('MTLS');
    stop.abort();
    await server.close();
    expect(server.server.listening).toBe(false);
  });
});

async function anchorsOf(of: World) {
  const { anchorsFrom } = await import('@entente/trust/node');
  return (await anchorsFrom({ pem: of.authority.certificatePem })).current;
}

function refusedBy(reason: 'revoked') {
  const rejection = {
    reason,
    depth: 0,
    subject: '',
    since: 0,
    code: 'keyCompromise',
    source: 'crl' as const,
    signer: '',
    message: '',
    remedy: '',
  };
  return { trusted: false as const, rejection, considered: [rejection] };
}

/** Lets every slice that is scheduled run; with a condition, until it holds. */
async function settled(until: () => boolean = () => true): Promise<void> {
  for (let turn = 0; turn < 5 || !until(); turn++) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
