import * as tls from 'node:tls';
import { createTestAuthority } from '@entente/testkit';
import {
  type ConnectionRefusal,
  type Credential,
  connect,
  type MutualServeOptions,
  peerOf,
  serve,
} from '@entente/tls';
import { describe, expect, it } from 'vitest';
import { bare, clientName, ended, issueFrom, knowledge, makeCrl, presenting, serverName } from './fixture.ts';
import { useGreetingServers } from './greeting-server.ts';

const dayMs = 86_400_000;

const servers = useGreetingServers();

async function listen(options: Partial<MutualServeOptions> = {}) {
  const server = await serve(
    tls,
    {
      trust: servers.world.trust,
      identity: servers.world.server,
      allow: [clientName],
      host: '127.0.0.1',
      onRefusal: (refusal) => servers.refusals.push(refusal),
      ...options,
    },
    (socket, peer) => socket.end(`${peer.protection} ${peer.peer?.dnsNames[0] ?? 'nobody'}`),
  );
  servers.closeAfterwards(() => server.close());
  return server;
}

async function dial(port: number, identity?: Credential) {
  return ended(bare(port, identity === undefined ? {} : presenting(identity)));
}

describe('what a server lets in', () => {
  it('admits a client that the verdict trusts and the list allows', async () => {
    const { port } = await listen();
    expect((await dial(port, servers.world.client)).received).toBe(`MTLS ${clientName}`);
    expect(servers.refusals).toEqual([]);
  });

  it('admits a client whose chain goes over an intermediate that it sends', async () => {
    const issuing = await servers.world.authority.subordinate('Contoso Issuing');
    servers.world.crls.set(knowledge(await makeCrl(servers.world.authority), await makeCrl(issuing)));
    const { port } = await listen();
    const client = await issueFrom(issuing, { dnsNames: [clientName] });
    expect((await dial(port, client)).received).toBe(`MTLS ${clientName}`);
  });

  it('lets a client without certificate in where certificates are optional, and calls it TLS', async () => {
    const { port } = await listen({ clientCertificate: 'optional' });
    expect((await dial(port)).received).toBe('TLS nobody');
  });

  it('refuses a certificate that fails where certificates are optional: it is never treated as absent', async () => {
    const { port } = await listen({ clientCertificate: 'optional' });
    const unknown = await issueFrom(await createTestAuthority('Unknown'), { dnsNames: [clientName] });
    expect((await dial(port, unknown)).received).toBe('');
    expect(servers.refusals.map(({ rejection }) => rejection.reason)).toEqual(['unknown-issuer']);
  });

  it('tells what an unproven certificate claims apart from who the peer is, whatever it came with', async () => {
    const { port } = await listen();
    const issuing = await (await createTestAuthority('Unknown')).subordinate('Unknown Issuing');
    await dial(port, await issueFrom(issuing, { dnsNames: [clientName] }));
    expect(servers.refusals[0]).toMatchObject({ peer: undefined, claimed: clientName });
    await dial(port, await issueFrom(servers.world.authority, { dnsNames: ['other.contoso.example'] }));
    expect(servers.refusals[1]?.peer?.dnsNames).toEqual(['other.contoso.example']);
    expect(servers.refusals[1]).not.toHaveProperty('claimed');
  });
});

describe('what a server refuses, and the reason that only insiders see', () => {
  const now = Date.now();
  it.each<[string, string, () => Promise<Credential | undefined>]>([
    ['a client without certificate', 'no-certificate', async () => undefined],
    [
      'a certificate of an unknown CA',
      'unknown-issuer',
      async () => issueFrom(await createTestAuthority('Unknown'), { dnsNames: [clientName] }),
    ],
    [
      'a certificate of a CA that only bears the name of ours',
      'unknown-issuer',
      async () => issueFrom(await createTestAuthority('Contoso Root'), { dnsNames: [clientName] }),
    ],
    [
      'an expired certificate',
      'certificate-expired',
      () =>
        servers.world.issue({ dnsNames: [clientName], notBefore: now - 3 * dayMs, notAfter: now - dayMs }),
    ],
    [
      'a certificate that is not yet valid',
      'certificate-not-yet-valid',
      () =>
        servers.world.issue({ dnsNames: [clientName], notBefore: now + dayMs, notAfter: now + 3 * dayMs }),
    ],
    [
      'a revoked certificate',
      'revoked',
      async () => {
        await servers.world.revoke(servers.world.client.serialHex);
        return servers.world.client;
      },
    ],
    [
      'a certificate for serverAuth only',
      'extended-key-usage-missing',
      () => servers.world.issue({ dnsNames: [clientName], usages: ['serverAuth'] }),
    ],
    [
      'a trusted certificate whose name nobody listed',
      'not-in-topology',
      () => servers.world.issue({ dnsNames: ['other.contoso.example'] }),
    ],
  ])('refuses %s with %s', async (_, reason, identity) => {
    const { port } = await listen();
    const outcome = await dial(port, await identity());
    expect(outcome.received).toBe('');
    expect(servers.refusals.map(({ rejection }) => rejection.reason)).toEqual([reason]);
    expect(servers.refusals[0]).toMatchObject({
      when: 'handshake',
      remoteAddress: '127.0.0.1',
      link: { direction: 'inbound' },
    });
    // A plain close: no alert that would tell the peer which check failed.
    expect(outcome.error?.code ?? 'closed').not.toMatch(/ALERT/);
  });

  it('accepts a serverAuth-only client certificate where the anchor says that it suffices', async () => {
    const { openTrust } = await import('@entente/tls');
    const trust = await openTrust({
      anchors: { pem: servers.world.authority.certificatePem },
      anchorDefaults: { serverAuthSuffices: true },
      crls: servers.world.crls,
    });
    const { port } = await listen({ trust });
    const client = await servers.world.issue({ dnsNames: [clientName], usages: ['serverAuth'] });
    expect((await dial(port, client)).received).toBe(`MTLS ${clientName}`);
  });
});

describe('what a client accepts', () => {
  const asked = { mode: 'host', name: serverName } as const;

  async function reach(port: number, more: Partial<Parameters<typeof connect>[0]> = {}) {
    return connect({
      host: '127.0.0.1',
      port,
      trust: servers.world.trust,
      identity: servers.world.client,
      expect: asked,
      allow: [serverName],
      ...more,
    });
  }

  it('accepts the server whose certificate bears the name that was asked for, and says MTLS', async () => {
    const { port } = await listen();
    const socket = await reach(port);
    expect(peerOf(socket)).toMatchObject({
      protection: 'MTLS',
      protocol: 'TLSv1.3',
      peer: { matched: serverName },
    });
    expect((await ended(socket)).received).toBe(`MTLS ${clientName}`);
  });

  it('says TLS where the server never asked for the certificate that we have', async () => {
    const server = await serve(
      tls,
      {
        trust: servers.world.trust,
        identity: servers.world.server,
        clientCertificate: 'none',
        host: '127.0.0.1',
      },
      (socket) => socket.end('x'),
    );
    servers.closeAfterwards(() => server.close());
    const socket = await reach(server.port);
    expect(peerOf(socket)?.protection).toBe('TLS');
    await ended(socket);
  });

  it('sends the name that was asked for, not the address that was dialled', async () => {
    const server = await listen();
    const seen = new Promise((resolve) => {
      server.server.on('secureConnection', (socket) =>
        resolve((socket as tls.TLSSocket & { servername?: string }).servername),
      );
    });
    const socket = await reach(server.port);
    expect(await seen).toBe(serverName);
    socket.destroy();
  });

  it.each<[string, string, () => Promise<Credential>]>([
    [
      'a server with another name',
      'name-mismatch',
      () => servers.world.issue({ dnsNames: ['evil.contoso.example'] }),
    ],
    [
      'a server with a wildcard',
      'wildcard-not-allowed',
      () => servers.world.issue({ dnsNames: ['*.contoso.example'] }),
    ],
    [
      'a server of an unknown CA',
      'unknown-issuer',
      async () => issueFrom(await createTestAuthority('Unknown'), { dnsNames: [serverName] }),
    ],
    [
      'a server with a client-only certificate',
      'extended-key-usage-missing',
      () => servers.world.issue({ dnsNames: [serverName], usages: ['clientAuth'] }),
    ],
    [
      'a revoked server',
      'revoked',
      async () => {
        await servers.world.revoke(servers.world.server.serialHex);
        return servers.world.server;
      },
    ],
  ])('refuses %s with %s', async (_, reason, identity) => {
    const { port } = await listen({ identity: await identity() });
    await expect(reach(port)).rejects.toMatchObject({
      code: 'ENTENTE_REFUSED',
      rejection: { reason },
      verdict: { trusted: false },
    });
  });

  it('refuses a server that the list does not allow, even if its name was asked for', async () => {
    const { port } = await listen();
    await expect(reach(port, { allow: ['other.contoso.example'] })).rejects.toMatchObject({
      code: 'ENTENTE_REFUSED',
    });
  });

  it('surfaces the close that follows a TLS 1.3 handshake as peer-refused', async () => {
    const { port } = await listen();
    const seen: ConnectionRefusal[] = [];
    const unknown = await issueFrom(await createTestAuthority('Unknown'), { dnsNames: [clientName] });
    const socket = await reach(port, { identity: unknown, onRefusal: (refusal) => seen.push(refusal) });
    const { error } = await ended(socket);
    expect(error).toMatchObject({ code: 'ENTENTE_REFUSED', rejection: { reason: 'peer-refused' } });
    expect(seen).toMatchObject([{ when: 'peer', rejection: { reason: 'peer-refused' } }]);
  });

  it('surfaces an alert of the server as peer-refused', async () => {
    // A bare server that demands a certificate of a CA of its own, and says so with an alert.
    const other = await createTestAuthority('Other');
    const server = tls.createServer({
      ...presenting(servers.world.server),
      ca: other.certificatePem,
      requestCert: true,
      rejectUnauthorized: true,
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    servers.closeAfterwards(async () => void server.close());
    const { port } = server.address() as { port: number };
    const socket = await reach(port).catch((error: unknown) => error);
    const error = socket instanceof tls.TLSSocket ? (await ended(socket)).error : socket;
    expect(error).toMatchObject({ code: 'ENTENTE_REFUSED', rejection: { reason: 'peer-refused' } });
  });

  it('does not take a close by our own end for a refusal', async () => {
    const { port } = await listen();
    const socket = await reach(port);
    expect((await ended(socket)).error).toBeUndefined();
  });

  it('does not take a close after the first byte for a refusal, also where a push of the caller is in front of ours', async () => {
    const { port } = await listen();
    const seen: ConnectionRefusal[] = [];
    const socket = await reach(port, { onRefusal: (refusal) => seen.push(refusal) });
    const { push } = socket;
    socket.push = (chunk: unknown, encoding?: BufferEncoding) => push.call(socket, chunk, encoding);
    const { error, received } = await ended(socket);
    expect({ error, received, seen }).toEqual({ error: undefined, received: `MTLS ${clientName}`, seen: [] });
  });
});
