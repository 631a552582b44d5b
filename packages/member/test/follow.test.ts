import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { joinDomain, type Member } from '@entente/member';
import { type Network, startNetwork } from '@entente/testkit';
import { type TopologyDocument, topologyHash } from '@entente/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const quiet = { info() {}, warn() {} };

/** The next version of a document. */
function next(document: TopologyDocument, changes: Partial<TopologyDocument>): TopologyDocument {
  return { ...document, version: document.version + 1, previous: topologyHash(document), ...changes };
}

function without(document: TopologyDocument, fqdn: string): Partial<TopologyDocument> {
  return { servers: document.servers.filter((server) => server.fqdn !== fqdn) };
}

describe('a member', () => {
  let network: Network;
  let directory: string;
  const joinAsGateway = async (token?: string): Promise<Member> =>
    joinDomain({
      fqdn: network.organisation.gateway.fqdn,
      directory,
      addresses: network.addresses,
      log: quiet,
      ...(token === undefined ? {} : { token }),
    });

  beforeAll(async () => {
    network = await startNetwork({ clients: ['alice', 'bob'] });
    directory = await mkdtemp(join(tmpdir(), 'entente-member-'));
  }, 120_000);
  afterAll(async () => {
    await network?.[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  it('needs a token to join, and none to come back', async () => {
    await expect(joinAsGateway()).rejects.toMatchObject({ code: 'ENTENTE_MEMBER_NO_TOKEN' });
    const token = await network.administrator.joinToken(network.organisation.gateway.fqdn);
    const first = await joinAsGateway(token);
    await first[Symbol.asyncDispose]();
    const again = await joinAsGateway();
    expect(again.identity.current.leaf.serialHex).toBe(first.identity.current.leaf.serialHex);
    await again[Symbol.asyncDispose]();
  });

  it('refuses a token for another server, before anything is sent', async () => {
    const token = await network.administrator.joinToken('fe1.contoso.example');
    const other = {
      fqdn: 'fe2.contoso.example',
      directory: join(directory, 'other'),
      addresses: network.addresses,
      log: quiet,
    };
    await expect(joinDomain({ ...other, token })).rejects.toMatchObject({ code: 'ENTENTE_MEMBER_TOKEN' });
  });

  it('takes up what is published while it runs, and goes through what it has missed while it was away', async () => {
    const member = await joinAsGateway();
    const first = member.topology.document;
    const second = next(first, { title: 'second' });
    await network.administrator.publish(second);
    await expect.poll(() => member.topology.document.version, { timeout: 10_000 }).toBe(2);
    await member[Symbol.asyncDispose]();

    const third = next(second, { title: 'third' });
    await network.administrator.publish(third);
    await network.administrator.publish(next(third, { title: 'fourth' }));
    await using again = await joinAsGateway();
    await expect.poll(() => again.topology.document.version, { timeout: 10_000 }).toBe(4);
  });

  it('disconnects a server that is taken out of the topology, and does not let it in again', async () => {
    await network.user('alice').message('sip:bob@contoso.example', 'while fe2 is a server of ours');
    await using member = await joinAsGateway();
    await expect.poll(() => member.topology.document.version, { timeout: 10_000 }).toBe(4);
    const [frontEnd] = network.frontEnds;
    const { document } = member.topology;
    const users = Object.entries(document.users ?? {}).filter(([, home]) => home !== 'fe2.contoso.example');
    await network.administrator.publish(
      next(document, { ...without(document, 'fe2.contoso.example'), users: Object.fromEntries(users) }),
    );
    const refused = await frontEnd?.waitFor(
      'the end of the connection to fe2',
      ({ peer, reason, when }) => when === 'live' && peer === 'fe2.contoso.example' && reason !== undefined,
    );
    expect(['not-in-topology', 'revoked']).toContain(refused?.reason);
    const outcome = await network.user('alice').message('sip:bob@contoso.example', 'after');
    expect(outcome.status).not.toBe(200);
  });
});
