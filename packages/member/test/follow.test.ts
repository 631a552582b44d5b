import { mkdir, mkdtemp, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { joinDomain, type Member } from '@entente/member';
import { createTestLog, type Network, startNetwork } from '@entente/testkit';
import { type TopologyDocument, topologyHash } from '@entente/topology';
import { decodePemCertificates } from '@entente/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrolServer } from '../src/join/enrol-server.ts';
import { readToken } from '../src/join/join-token.ts';
import { FailingFiles } from './failing-files.ts';

const quiet = createTestLog();

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
  const joinAsGateway = async (token?: string, log = quiet): Promise<Member> =>
    joinDomain({
      fqdn: network.organisation.gateway.fqdn,
      directory,
      addresses: network.addresses,
      log,
      ...(token === undefined ? {} : { token }),
    });

  beforeAll(async () => {
    network = await startNetwork({ clients: ['alice', 'bob'] });
    directory = await mkdtemp(join(tmpdir(), 'entente-member-'));
  });
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
    const token = await network.administrator.joinToken('fe1.contoso.example', true);
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
    await expect.poll(() => member.topology.document.version).toBe(2);
    await member[Symbol.asyncDispose]();

    const third = next(second, { title: 'third' });
    await network.administrator.publish(third);
    await network.administrator.publish(next(third, { title: 'fourth' }));
    await using again = await joinAsGateway();
    await expect.poll(() => again.topology.document.version).toBe(4);
  });

  describe('that comes back', () => {
    const hour = 3_600_000;
    const remember = async (remembered: { latestSigned?: number; confirmedAt?: number }) => {
      const times = Object.entries(remembered).map(([name, ms]) => [name, new Date(ms).toISOString()]);
      await writeFile(join(directory, 'last-known.json'), JSON.stringify(Object.fromEntries(times)));
    };
    const decide = (member: Member) => {
      const peer = { dnsNames: ['fe1.contoso.example'], sipDomains: [] } as never;
      const local = { fqdn: 'med1.contoso.example', interface: 'internal' } as const;
      const link = { name: 'test', direction: 'outbound', interface: 'internal', purpose: 'server' } as const;
      const answer = member.authorise(local)(peer, link);
      return answer.ok ? 'allowed' : answer.rejection.reason;
    };
    /** An authorisation of somebody else, as that of partners. */
    const others = (member: Member) => {
      const answer = member.whileConfirmed(() => ({ ok: true }))({} as never, {} as never);
      return answer.ok ? 'allowed' : answer.rejection.reason;
    };
    /** No host of ours is where it should be. */
    const cutOff = () =>
      joinDomain({
        fqdn: network.organisation.gateway.fqdn,
        directory,
        addresses: new Map([...network.addresses.keys()].map((host) => [host, '127.9.9.9'])),
        log: quiet,
      });

    it('believes nobody when the authority has not confirmed the topology for too long, until it has', async () => {
      await remember({ confirmedAt: Date.now() - 97 * hour });
      const alone = await cutOff();
      expect(decide(alone)).toBe('topology-stale');
      expect(others(alone)).toBe('topology-stale');
      await alone[Symbol.asyncDispose]();
      await using member = await joinAsGateway();
      expect(decide(member)).toBe('allowed');
      expect(others(member)).toBe('allowed');
    });

    it('goes on with the last good topology before that', async () => {
      await remember({ confirmedAt: Date.now() - 95 * hour });
      await using alone = await cutOff();
      expect(decide(alone)).toBe('allowed');
    });

    it('believes nobody while its clock is behind a time that the authority has signed', async () => {
      await remember({ latestSigned: Date.now() + hour, confirmedAt: Date.now() + hour });
      await using member = await joinAsGateway();
      const verdict = member.trust.judge.judge(
        { certificates: [member.identity.current.leaf.der] },
        {
          now: member.trust.clock.now(),
          link: { name: 'test', direction: 'outbound', interface: 'internal', purpose: 'server' },
          identity: { mode: 'inbound' },
          authorise: () => ({ ok: true }),
        },
      );
      expect(verdict).toMatchObject({ rejection: { reason: 'clock-untrusted' } });
      await remember({});
    });
  });

  it('judges by what the topology in force says of revocation', async () => {
    await using member = await joinAsGateway();
    await expect.poll(() => member.topology.document.version).toBe(4);
    const evidence = () => {
      const chain = decodePemCertificates(member.identity.current.certificatePem);
      const verdict = member.trust.judge.judge(
        { certificates: chain.ok ? chain.value.map(({ der }) => der) : [] },
        {
          now: member.trust.clock.now(),
          link: { name: 'test', direction: 'outbound', interface: 'internal', purpose: 'server' },
          identity: { mode: 'inbound' },
          authorise: () => ({ ok: true }),
        },
      );
      return JSON.stringify(verdict.evidence.filter(({ stage }) => stage === 'revocation'));
    };
    expect(evidence()).not.toContain('topology ');
    const { document } = member.topology;
    const off = { policies: { ...document.policies, revocation: { enterprise: { mode: 'off' } } } } as const;
    const fifth = next(document, off);
    await network.administrator.publish(fifth);
    await expect.poll(evidence).toContain(`topology ${topologyHash(fifth).slice(0, 16)}`);
    await network.administrator.publish(next(fifth, { policies: document.policies }));
    await expect.poll(evidence).not.toContain('topology ');
  });

  it('disconnects a server that is taken out of the topology, and does not let it in again', async () => {
    await network.user('alice').message('sip:bob@contoso.example', 'while fe2 is a server of ours');
    await using member = await joinAsGateway();
    await expect.poll(() => member.topology.document.version).toBe(6);
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

  it('says in its log and its health that a topology is in force and not on its disk, until it is', async () => {
    const remedies: unknown[] = [];
    const log = createTestLog(({ fields }) => {
      const { event, remedy } = fields as { readonly event?: unknown; readonly remedy?: unknown };
      if (event === 'topology-not-kept') remedies.push(remedy);
    });
    const token = await network.administrator.joinToken(network.organisation.gateway.fqdn, true);
    await using member = await joinAsGateway(token, log);
    const file = join(directory, 'topology.json');
    await rm(file);
    await mkdir(file);
    const unkept = next(member.topology.document, { title: 'on no disk' });
    await network.administrator.publish(unkept);
    // Said again with each refresh.
    await expect.poll(() => remedies[0]).toContain('space');
    expect(member.problems()).toMatchObject([{ part: 'files', stops: false }]);
    expect(member.topology.document.title).toBe('on no disk');
    await rmdir(file);
    await network.administrator.publish(next(unkept, { title: 'on the disk again' }));
    await expect.poll(() => member.problems()).toEqual([]);
  });

  it('has not joined where its first join is interrupted at any moment, and joins with the same token', async () => {
    const { fqdn } = network.organisation.gateway;
    // Key, roots, then the pair in four steps, then the record of the membership.
    for (let operations = 0; operations < 7; operations++) {
      const interrupted = join(directory, `interrupted${operations}`);
      const options = { fqdn, directory: interrupted, addresses: network.addresses, log: quiet };
      const files = new FailingFiles(interrupted, operations);
      await files.prepare();
      const token = await network.administrator.joinToken(fqdn, true);
      const enrolment = enrolServer({
        token: readToken(token, fqdn, interrupted),
        files,
        addresses: network.addresses,
        latestSigned: undefined,
        fetching: {
          hosts: [...network.addresses.keys()],
          lookUp: async (host) => [network.addresses.get(host) ?? ''],
          cacheDirectory: join(interrupted, 'revocation'),
        },
      });
      await expect(enrolment).rejects.toThrow('power failure');
      await expect(joinDomain(options)).rejects.toMatchObject({ code: 'ENTENTE_MEMBER_NO_TOKEN' });
      await using member = await joinDomain({ ...options, token });
      expect(member.identity.current.leaf.subject.toString()).toContain(fqdn);
      const left = (await readdir(interrupted)).filter((name) => /pending|next/.test(name));
      expect(left).toEqual([]);
    }
  });

  it('says that its certificate is missing where it has joined', async () => {
    await rm(join(directory, 'interrupted6', 'tls.crt'));
    const options = { fqdn: network.organisation.gateway.fqdn, directory: join(directory, 'interrupted6') };
    await expect(joinDomain({ ...options, addresses: network.addresses, log: quiet })).rejects.toMatchObject({
      code: 'ENTENTE_MEMBER_DAMAGED',
      place: expect.stringContaining('tls.crt'),
    });
  });
});
