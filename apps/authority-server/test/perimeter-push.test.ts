import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import type { Member } from '@entente/member';
import { createTestAuthority } from '@entente/testkit';
import { type Credential, httpClient, loadCredential, serve, type Trust } from '@entente/tls';
import { links, type ServerEntry } from '@entente/topology';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { frontEnd } from './network.ts';
import { edgeName, frontEndName, type PushedNetwork, startPushedNetwork } from './pushed-network.ts';

let network: PushedNetwork;
const stops: (() => unknown)[] = [];
beforeEach(async () => {
  network = await startPushedNetwork();
  stops.push(() => network[Symbol.asyncDispose]());
});
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** An edge that has joined, and come back without a way to the authority of its own. */
async function cutEdge(): Promise<Member> {
  const joined = await network.join(edgeName);
  await joined[Symbol.asyncDispose]();
  return network.comeBack(edgeName, 'cut');
}

/** Its SIP port inside, as an edge opens it. */
async function serveInside(edge: Member, closings: unknown[] = []): Promise<number> {
  const listening = await serve(
    tls,
    {
      trust: edge.trust,
      identity: edge.identity,
      allow: edge.authorise({ fqdn: edge.fqdn, interface: 'internal', service: 'sip' }),
      host: '127.0.0.1',
      clientCertificate: 'required',
      onRefusal: (refusal) => void closings.push(refusal),
    },
    (socket) => void socket.on('error', () => {}),
  );
  stops.push(() => listening.close());
  return listening.port;
}

/** A connection that its own side never closes: it judges nothing. */
function dial({ identity }: Member, port: number): Promise<tls.TLSSocket> {
  const { certificatePem: cert, keyPem: key } = identity.current;
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: '127.0.0.1', port, cert, key, rejectUnauthorized: false });
    socket.once('secureConnect', () => resolve(socket)).once('error', reject);
    stops.push(() => socket.destroy());
  });
}

const authorityEntry: ServerEntry = { fqdn: 'ca.contoso.example', role: 'authority' };

const reported = (lines: readonly { readonly event?: string }[], event: string) =>
  lines.filter((line) => line.event === event);

describe('an edge whose own way to the authority is cut', () => {
  it('gets a removal pushed, and closes the connection of the removed server', async () => {
    const removed = await network.join(frontEndName);
    const edge = await cutEdge();
    const closings: unknown[] = [];
    const socket = await dial(removed, await serveInside(edge, closings));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {}).resume();
    await network.publish({ servers: [authorityEntry, frontEnd('fe2.contoso.example'), network.edge] });
    await closed;
    // By what came first: the list with its certificate, or the topology without it.
    const reason = expect.stringMatching(/^(revoked|not-in-topology)$/);
    expect(closings).toMatchObject([{ when: 'live', rejection: { reason } }]);
    await expect.poll(() => edge.topology.document.version).toBe(2);
  });

  it('gets the revocation lists that are new, and the answers of its authority to everything else that it asks', async () => {
    const edge = await cutEdge();
    const revoked = await network.join(frontEndName);
    const body = JSON.stringify({ serial: revoked.identity.current.leaf.serialHex });
    const answer = await network.scene.ask('/revoke', network.scene.alice, { method: 'POST', body });
    const { crlNumber: number } = (await answer.json()) as { crlNumber: number };
    await expect
      .poll(() => edge.revocationLists.map(({ crlNumber }) => Number(crlNumber ?? 0n)))
      .toContain(number);
    const asking = edge.ask('/trust-bundle');
    // Where the push is over, the request travels with the next one.
    await network.publish({ title: 'another' });
    expect((await asking).status).toBe(200);
    expect(edge.keysFor('routes')).toBeDefined();
  });

  it('has its certificates requested and renewed in the answers to pushes', async () => {
    const edge = await cutEdge();
    // It has no other way to hear of this than a push.
    await network.publish({ title: 'pushed' });
    await expect.poll(() => edge.topology.document.version).toBe(2);
    const asking = edge.externalIdentity();
    // Any change is pushed, and the request travels with that.
    await network.publish({ title: 'another' });
    const external = await asking;
    expect(external.current.leaf.subject.toString()).toContain('access.contoso.example');
    const before = edge.identity.current.leaf.serialHex;
    const { external: outside, internal } = network.edge.interfaces ?? {};
    const renamed = {
      ...network.edge,
      interfaces: { external: outside, internal: { ...internal, names: ['inside.contoso.example'] } },
    };
    await network.publish({ servers: [authorityEntry, frontEnd(frontEndName), renamed as ServerEntry] });
    await expect.poll(() => edge.identity.current.leaf.serialHex).not.toBe(before);
    expect(edge.identity.current.leaf.subject.toString()).toContain(edge.fqdn);
  });

  it('says how it stands, as every member does', async () => {
    const edge = await cutEdge();
    await network.publish({ title: 'another' });
    await expect.poll(() => edge.topology.document.version).toBe(2);
    await expect.poll(() => reported(network.lines, 'push-not-taken')).toHaveLength(0);
    expect(reported(network.linesOf(edge.fqdn), 'standing-not-sent')).toHaveLength(0);
  });
});

describe('an edge with two ways to the authority', () => {
  it('refuses nothing that came by the slower of them', async () => {
    const edge = await network.join(edgeName);
    for (let version = 2; version <= 8; version++) await network.publish({ title: `number ${version}` });
    await expect.poll(() => edge.topology.document.version).toBe(8);
    const lines = network.linesOf(edge.fqdn);
    for (const event of ['trust-state-refused', 'topology-refused', 'authority-unreachable'])
      expect(reported(lines, event), event).toEqual([]);
  });
});

describe('the port for pushes', () => {
  /** What a server has said last of itself. */
  async function standingOf(fqdn: string): Promise<unknown> {
    const { members } = (await (await network.scene.ask('/members', network.scene.alice)).json()) as {
      members: readonly { readonly server: string; readonly standing: unknown }[];
    };
    return members.find(({ server }) => server === fqdn)?.standing;
  }

  /** A client as anybody may write it. @returns what became of the request */
  async function push(identity: Credential | undefined, trust: Trust): Promise<string> {
    using client = httpClient({
      trust,
      ...(identity === undefined ? {} : { identity }),
      allow: [edgeName],
      addresses: new Map([[edgeName, '127.0.0.1']]),
    });
    try {
      const url = `https://${edgeName}:${network.pushPort}/push`;
      const { status } = await client.fetch(new Request(url, { method: 'POST' }));
      return String(status);
    } catch (error) {
      return (error as { code?: string }).code ?? String(error);
    }
  }

  it.each([
    ['a front end', 'role-not-allowed-on-link'],
    ['a partner, whose certificate another authority has issued', 'unknown-issuer'],
    ['somebody without a certificate', 'no-certificate'],
    ['an administrator', 'not-in-topology'],
  ])('refuses %s with the reason: %s', async (who, reason) => {
    const insider = await network.join(frontEndName);
    const edge = await network.join(edgeName);
    const other = await createTestAuthority('Fabrikam Root');
    const { chainPem, keyPem } = await other.issue({ dnsNames: ['edge1.fabrikam.example'] });
    const alice = network.scene.alice;
    const identities: Record<string, Credential | undefined> = {
      'a front end': insider.identity,
      'a partner, whose certificate another authority has issued': await loadCredential({
        certificate: chainPem,
        key: keyPem,
      }),
      'an administrator': await loadCredential({
        certificate: alice.cert,
        key: alice.key,
      }),
    };
    expect(await push(identities[who], insider.trust)).not.toBe('200');
    await expect
      .poll(() => reported(network.linesOf(edge.fqdn), 'refused'))
      .toContainEqual(
        expect.objectContaining({
          reason,
          link: links.authorityToEdge.name,
          remedy: expect.stringMatching(/./),
        }),
      );
  });

  it('takes pushes while outsiders hold as many connections open as they may, also from the address of the authority', async () => {
    const edge = await cutEdge();
    await network.publish({ title: 'before' });
    // What it says last in a push: the next version comes over another connection.
    await expect.poll(() => standingOf(edge.fqdn)).toMatchObject({ topology: 2 });
    for (const localAddress of ['127.0.0.1', '127.0.0.2']) {
      for (let count = 0; count < 100; count++) {
        const socket = net.connect({ port: network.pushPort, host: '127.0.0.1', localAddress });
        stops.push(() => socket.destroy());
        await new Promise((resolve) => socket.on('error', resolve).once('connect', resolve));
      }
    }
    const failed = () => reported(network.lines, 'push-failed').length;
    const before = failed();
    await network.publish({ title: 'after' });
    await expect.poll(() => edge.topology.document.version).toBe(3);
    expect(failed(), 'at the first attempt').toBe(before);
  });

  it('is open exactly while the topology has it: not where its row is closed, and then nobody is dialled', async () => {
    const edge = await network.join(edgeName);
    await expect.poll(() => reported(network.linesOf(edge.fqdn), 'link').length).toBeGreaterThan(1);
    await network.publish({ links: [{ row: links.authorityToEdge.row, closed: true }] });
    await expect.poll(() => edge.topology.document.version).toBe(2);
    await expect.poll(() => push(edge.identity, edge.trust)).toBe('ECONNREFUSED');
    const failed = reported(network.lines, 'push-failed').length;
    await network.publish({ title: 'without pushes' });
    await expect.poll(() => edge.topology.document.version).toBe(3);
    expect(reported(network.lines, 'push-failed')).toHaveLength(failed);
    await network.publish({ links: [] });
    await expect.poll(() => push(undefined, edge.trust)).not.toBe('ECONNREFUSED');
  });

  it('is dialled by the authority for the server that the topology has there, and for no other', async () => {
    const insider = await network.join(frontEndName);
    // Another server of ours has taken the address of the edge.
    const impostor = await serve(
      https,
      {
        trust: insider.trust,
        identity: insider.identity,
        allow: ['ca.contoso.example'],
        host: '127.0.0.1',
        port: network.pushPort,
        limits: { drainTimeoutMs: 0 },
      },
      (_, response) => response.end('{}'),
    );
    stops.push(() => impostor.close());
    await network.publish({ title: 'another' });
    await expect
      .poll(() => reported(network.lines, 'push-failed'))
      .toContainEqual(
        expect.objectContaining({
          reason: 'name-mismatch',
          peer: edgeName,
          remedy: expect.stringMatching(/./),
        }),
      );
  });
});

describe('a topology that closes the row of members for an edge', () => {
  it('lets it ask over pushes alone', async () => {
    const fqdn = edgeName;
    const joined = await network.join(fqdn);
    await network.publish({ links: [{ row: links.memberToAuthority.row, a: [fqdn], closed: true }] });
    await expect.poll(() => joined.topology.document.version).toBe(2);
    await joined[Symbol.asyncDispose]();
    network.linesOf(fqdn).length = 0;
    const edge = await network.comeBack(fqdn, 'free');
    await network.publish({ title: 'another' });
    await expect.poll(() => edge.topology.document.version).toBe(3);
    const lines = network.linesOf(fqdn);
    expect(reported(lines, 'authority-refused-us'), 'and it does not try otherwise').toEqual([]);
    const { row } = links.memberToAuthority;
    const opened = reported(lines, 'link').filter((line) => (line as { link?: unknown }).link === row);
    expect(opened).toEqual([]);
  });
});
