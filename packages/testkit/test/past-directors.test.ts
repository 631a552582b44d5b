import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AppProcess, Network } from '@entente/testkit';
import { type Federation, startFederation } from '@entente/testkit/repository';
import { type LinkNarrowing, links, type TopologyDocument, topologyHash } from '@entente/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callBothWays, callingAgent } from './calling-agent.ts';
import { RecordedPeer } from './recorded-peer.ts';

type Agent = Awaited<ReturnType<typeof callingAgent>>;

/** Who has sent requests of this method to front ends, by name. */
function senders(frontEnds: readonly AppProcess[], method: string): ReadonlySet<string> {
  const lines = frontEnds.flatMap(({ records }) => records);
  const received = lines.filter((line) => line.event === 'transaction' && line.role === 'server');
  return new Set(
    received.filter((line) => line.method === method).map(({ server = 'client' }) => `${server}`),
  );
}

/** Publishes the topology that is in force with narrower rows. */
async function narrow(network: Network, rows: readonly LinkNarrowing[]): Promise<void> {
  const path = join(network.directory, network.frontEnds[0]!.name, 'topology.json');
  const { document } = JSON.parse(await readFile(path, 'utf8')) as { document: TopologyDocument };
  const version = document.version + 1;
  const servers = [...network.frontEnds, ...network.edges];
  const followed = servers.map((server) =>
    server.waitFor(`version ${version}`, (line) => line.event === 'topology' && line.version === version),
  );
  await network.administrator.publish({
    ...document,
    version,
    previous: topologyHash(document),
    links: rows,
  });
  await Promise.all(followed);
}

describe('front ends behind an edge that has directors', () => {
  let federation: Federation;
  let contoso: Network;
  const open: AsyncDisposable[] = [];
  let alice: Agent;
  let bob: Agent;
  let erin: Agent;

  const agent = async (network: Network, name: string, port: number) => {
    const started = await callingAgent(network, name, [port]);
    open.push(started);
    expect((await started.agent.register()).status).toBe(200);
    return started;
  };

  /** Somebody who has the keys of the edge, at a front end. */
  const takenOver = async (address: string, frontEnd: number, password?: string) => {
    const { edge, frontEnds } = contoso.organisation;
    const peer = new RecordedPeer({
      address,
      via: edge.fqdn,
      ...(password === undefined ? {} : { password }),
    });
    open.push(peer);
    const names = { dnsNames: [edge.fqdn], uris: [`sip:${edge.fqdn}`] };
    const certificate = await contoso.insider.issue({ ...names, crlUrl: contoso.crlUrl });
    const place = frontEnds[frontEnd]!;
    await peer.dial(place.port, place.fqdn, certificate);
    return peer;
  };

  beforeAll(async () => {
    federation = await startFederation({
      clients: [],
      partnerClients: [],
      hasDirectors: true,
      frontEndConfig: { logLevel: 'debug' },
    });
    ({ contoso } = federation);
    const { fabrikam } = federation;
    alice = await agent(contoso, 'alice', contoso.organisation.frontEnds[0]!.port);
    erin = await agent(contoso, 'erin', contoso.organisation.edge.externalPorts.clients);
    bob = await agent(fabrikam, 'bob', fabrikam.organisation.frontEnds[0]!.port);
  });
  afterAll(async () => {
    for (const one of open.reverse()) await one[Symbol.asyncDispose]();
    await federation?.[Symbol.asyncDispose]();
  });

  it('carry calls with a partner both ways, and get of the edge itself what belongs to those that users inside began', async () => {
    await callBothWays(alice, bob);
    const { edge } = contoso.organisation;
    expect(senders(contoso.frontEnds, 'INVITE')).not.toContain(edge.fqdn);
    expect(senders(contoso.frontEnds, 'INFO')).toContain(edge.fqdn);
    expect(senders(contoso.frontEnds, 'BYE')).toContain(edge.fqdn);
  });

  it('carry calls of a user outside with a partner both ways', async () => {
    await callBothWays(erin, bob);
    expect(senders(contoso.frontEnds, 'INVITE')).not.toContain(contoso.organisation.edge.fqdn);
  });

  it.each([0, 1])('take nothing of it that a partner or a user outside begins: front end %i', async (at) => {
    const frontEnd = contoso.frontEnds[at]!;
    const before = alice.calls.length;
    const text = { contentType: 'text/plain', body: 'past the directors' };
    for (const sender of ['mallory@fabrikam.example', 'dave@contoso.example']) {
      const peer = await takenOver(sender, at);
      for (const method of ['MESSAGE', 'INVITE', 'OPTIONS']) {
        const { response } = await peer.ask(peer.write(method, alice.address, text));
        expect([method, response.status]).toEqual([method, 503]);
        expect(response.get('Entente-Diagnostics')).toBe(
          `1000;reason="past-director";source="${frontEnd.name}"`,
        );
      }
    }
    expect(alice.calls).toHaveLength(before);
    const refused = await frontEnd.waitFor('the refusal', ({ reason }) => reason === 'past-director');
    expect(refused.remedy).toContain('directors');
  });

  it.each([0, 1])('look at no password of a user outside, nor ask for one: front end %i', async (at) => {
    const { address, password } = contoso.organisation.users.find((user) =>
      user.address.startsWith('dave@'),
    )!;
    const peer = await takenOver(address, at, password);
    const register = peer.write('REGISTER', 'sip:contoso.example', {
      to: `<sip:${address}>`,
      headers: { Expires: 60 },
    });
    const { response } = await peer.ask(register);
    expect(response.status).toBe(503);
    expect(response.has('WWW-Authenticate')).toBe(false);
  });

  it('take everything of it while it may send nothing to directors; calls and registrations from then count when it may again', async () => {
    const { row } = links.edgeToDirector;
    await narrow(contoso, [{ row, maySend: 'b' }]);
    expect((await erin.agent.register()).status).toBe(200);
    const call = await erin.call(alice.address);
    const heard = alice.calls.at(-1)!;
    expect(senders(contoso.frontEnds, 'INVITE')).toContain(contoso.organisation.edge.fqdn);
    await narrow(contoso, []);
    const peer = await takenOver('mallory@fabrikam.example', 0);
    expect((await peer.ask(peer.write('MESSAGE', alice.address))).response.status).toBe(503);
    expect((await call.request('INFO')).status).toBe(200);
    expect((await call.hangUp()).status).toBe(200);
    expect(await heard.ended).toBe('remote');
    expect((await erin.agent.message(alice.address, 'over a director')).status).toBe(200);
    // The registration of erin is from before, and leads past the directors; what a client sends in a call comes back that way.
    const before = erin.calls.length;
    await alice.call(erin.address);
    await expect.poll(() => erin.calls.length).toBe(before + 1);
    expect((await erin.calls.at(-1)!.hangUp()).status).toBe(200);
    expect((await erin.agent.register()).status).toBe(200);
  });

  it('need no link with it for users outside: where it is closed, calls go on, and its keys open nothing', async () => {
    await narrow(contoso, [{ row: links.edgeToFrontEnd.row, closed: true }]);
    await callBothWays(erin, alice);
    const [frontEnd] = contoso.frontEnds as [AppProcess];
    const closed = frontEnd.waitFor('the refusal', (line) => line.reason === 'role-not-allowed-on-link');
    await takenOver('mallory@fabrikam.example', 0);
    expect((await closed).peer).toBe(contoso.organisation.edge.fqdn);
    await narrow(contoso, []);
  });
});
