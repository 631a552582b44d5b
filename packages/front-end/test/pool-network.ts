import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveFrontEnd } from '@entente/front-end';
import type { Logger } from '@entente/host';
import type { FollowedAccounts, Member, PurposeKeys } from '@entente/member';
import { createCredentialRecord } from '@entente/sip';
import type { Locations } from '@entente/sip-proxy/locations';
import { createTestAuthority, freePorts } from '@entente/testkit';
import { sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { loadCredential, openTrust, type Trust } from '@entente/tls';
import { authorise } from '@entente/topology';
import type { Authorise } from '@entente/trust';
import { expect } from 'vitest';
import { Peer } from './wire-network.ts';

const realm = 'contoso.example';
const password = 'secret';

/** A front end of the pool, and how its servers are called. */
export type MemberName = 'fe1' | 'fe2' | 'fe3' | 'other';

/** Servers of one pool on real sockets, and one of another pool, each with a file of its own. */
export async function startPool(
  names: readonly MemberName[],
  locations: (name: MemberName) => Locations | undefined = () => undefined,
  accounts: (name: MemberName) => FollowedAccounts | undefined = () => undefined,
) {
  const folder = await mkdtemp(join(tmpdir(), 'entente-pool-'));
  const root = await createTestAuthority('Contoso Test Root');
  const ports = await freePorts(names.length);
  const fqdnOf = (name: string) => `${name}.${realm}`;
  const pools = ['pool1.contoso.example', 'pool2.contoso.example'] as const;
  const topology = sampleTopology({
    pools: pools.map((fqdn) => ({ fqdn, role: 'front-end' as const })),
    servers: names.map((name, index) => ({
      ...sampleFrontEnd,
      fqdn: fqdnOf(name),
      pool: name === 'other' ? pools[1] : pools[0],
      interfaces: { internal: { address: '127.0.0.1', ports: { sip: ports[index] } } },
    })),
  });
  const trust = await openTrust({ anchors: { pem: root.certificatePem }, crls: { pem: await root.crl([]) } });
  const revoked = new Map<string, { readonly reason: string }>();
  const listeners = new Set<Parameters<Trust['onChange']>[0]>();
  const watched: Trust = Object.create(trust, {
    onChange: {
      value(listener: Parameters<Trust['onChange']>[0]) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
  });
  const keys = { current: { epoch: 1, key: randomBytes(32) }, keyOf: () => keys.current.key };
  const running = new Map<MemberName, AsyncDisposable>();
  const opened: AsyncDisposable[] = [];
  const lines: Record<string, unknown>[] = [];
  const identityOf = async (name: string) => {
    const { chainPem, keyPem } = await root.issue({
      dnsNames: [fqdnOf(name), realm],
      uris: [`sip:${fqdnOf(name)}`, `sip:${realm}`],
    });
    return loadCredential({ certificate: chainPem, key: keyPem });
  };
  const network = {
    topology,
    lines,
    async start(name: MemberName) {
      const fqdn = fqdnOf(name);
      const write = (fields: object, msg: string) => void lines.push({ server: name, ...fields, msg });
      const logger: Logger = {
        level: 'debug',
        debug: write,
        info: write,
        warn: write,
        error: write,
        child: () => logger,
      };
      const shared = locations(name);
      const member = {
        fqdn,
        identity: await identityOf(name),
        trust: watched,
        topology,
        revocationLists: [
          { lookup: (serial: Uint8Array) => revoked.get(Buffer.from(serial).toString('hex')) },
        ],
        keysFor: (_purpose: string) => keys as PurposeKeys,
        onTopology: () => () => {},
        authorise: (local: Parameters<Member['authorise']>[0]) => authorise(topology, local) as Authorise,
      } as unknown as Member;
      running.set(
        name,
        await serveFrontEnd({
          member,
          logger,
          registrationsFile: join(folder, `${name}.jsonl`),
          ...(shared === undefined ? {} : { locations: shared }),
          accounts: accounts(name),
          credentials: {
            find: (username) => createCredentialRecord({ username, realm, password }),
            hasMd5: () => false,
          },
        }),
      );
    },
    async stop(name: MemberName) {
      await running.get(name)?.[Symbol.asyncDispose]();
      running.delete(name);
    },
    /** A client of one server, which has registered there unless it is told not to. */
    async user(username: string, at: MemberName, isRegistered = true) {
      const peer = new Peer(ports[names.indexOf(at)] as number, trust, undefined);
      opened.unshift(peer);
      if (isRegistered) {
        const response = await network.register(peer, username);
        if (response.status !== 200) throw new Error(`REGISTER of ${username}: ${response.status}`);
      }
      return peer;
    },
    register: (peer: Peer, username: string) =>
      peer.ask('REGISTER', `sip:${realm}`, {
        as: username,
        to: `sip:${username}@${realm}`,
        contact: `<sip:${username}@client.invalid>;+sip.instance="<urn:uuid:${username}>";reg-id=1`,
      }),
    /** A server that dials a front end, with whatever it wants to tell; `revoke` has its certificate revoked for its key. */
    async server(name: string, at: MemberName) {
      const identity = await identityOf(name);
      const peer = new Peer(ports[names.indexOf(at)] as number, trust, identity);
      opened.unshift(peer);
      return Object.assign(peer, {
        revoke() {
          revoked.set(identity.current.leaf.serialHex, { reason: 'keyCompromise' });
          for (const tell of [...listeners]) tell({ version: 'another' });
        },
      });
    },
    /** Sends a text until it arrives. */
    reaches: (from: Peer, as: string, to: string) =>
      expect.poll(async () => (await from.ask('MESSAGE', `sip:${to}@${realm}`, { as })).status).toBe(200),
    async [Symbol.asyncDispose]() {
      for (const peer of opened) await peer[Symbol.asyncDispose]();
      for (const name of [...running.keys()]) await network.stop(name);
      await trust[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
  for (const name of names) await network.start(name);
  return network;
}
