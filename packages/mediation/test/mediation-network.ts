import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import type { Account } from '@entente/accounts';
import { KnownAccounts } from '@entente/accounts/feed';
import { type RunningMediation, serveMediation } from '@entente/mediation';
import type { FollowedAccounts, Member, PurposeKeys } from '@entente/member';
import type { NextHop } from '@entente/sip-endpoint';
import { createTestAuthority, createTestLog, freePorts, type TestCertificate } from '@entente/testkit';
import { sampleEdge, sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { loadCredential, openTrust } from '@entente/tls';
import { authorise, links, type TopologyDocument } from '@entente/topology';
import type { Authorise } from '@entente/trust';
import { ServerPeer } from './server-peer.ts';

const realm = 'contoso.example';
export const mediationName = `med1.${realm}`;
/** Servers whose messages a test writes. */
export type PeerName = 'fe1' | 'fe2' | 'edge1' | 'gw1' | 'gw2';

/** How certificates differ from what they should be. */
export interface WrongCertificate {
  readonly fqdn?: string;
  readonly isForeign?: boolean;
  readonly isRevoked?: boolean;
}

export function account(name: string, more: Partial<Account> = {}): Account {
  return { address: `${name}@${realm}`, verifiers: {}, state: 'enabled', rights: [], ...more };
}

/** What {@link startMediation} starts. */
export interface NetworkParts {
  /** What the topology has besides. */
  readonly parts?: Partial<TopologyDocument>;
  readonly healthSeconds?: number;
  /**
   * Servers that listen before the mediation server starts, with their certificates. It asks gateways at once, and one that cannot be dialled is not
   * dialled again for a while: a server that comes later is reached sooner or later.
   */
  readonly there?: Partial<Readonly<Record<PeerName, WrongCertificate>>>;
}

/** Whom tests look at, as they should be; users of fe2, which is not there, are reached by fe1. */
export const everyPeer = { fe1: {}, edge1: {}, gw1: {}, gw2: {} } as const;

/** A mediation server on its two real listeners, and front ends, an edge and gateways that a test plays. */
export async function startMediation({ healthSeconds = 3_600, parts = {}, there = {} }: NetworkParts = {}) {
  const root = await createTestAuthority('Contoso Test Root');
  const foreign = await createTestAuthority('Unknown Root');
  const [own = 0, gateway = 0, ...others] = await freePorts(7);
  const at = (sip: number | undefined) => ({ internal: { address: '127.0.0.1', ports: { sip } } });
  const ports: Readonly<Record<PeerName, number | undefined>> = {
    fe1: others[0],
    fe2: others[1],
    edge1: others[2],
    gw1: others[3],
    gw2: others[4],
  };
  const document: Partial<TopologyDocument> = {
    servers: [
      { ...sampleFrontEnd, interfaces: at(ports.fe1) },
      { ...sampleFrontEnd, fqdn: `fe2.${realm}`, interfaces: at(ports.fe2) },
      { ...sampleEdge, interfaces: { ...sampleEdge.interfaces, ...at(ports.edge1) } },
      {
        fqdn: mediationName,
        role: 'mediation',
        interfaces: { internal: { address: '127.0.0.1', ports: { sip: own, gateway } } },
      },
      { fqdn: `gw1.${realm}`, role: 'gateway', interfaces: at(ports.gw1) },
      {
        fqdn: `gw2.${realm}`,
        role: 'gateway',
        interfaces: at(ports.gw2),
        flags: { trustedWithIdentities: true },
      },
    ],
    partners: [{ kind: 'allowed-domain', id: 'fabrikam', domains: ['fabrikam.example'], numbers: ['+4940'] }],
    telephony: {
      rules: [
        { prefix: '00', minLength: 4, strip: 2, prepend: '+' },
        { prefix: '0', minLength: 4, strip: 1, prepend: '+49' },
      ],
      routes: [
        { prefix: '+', gateway: `gw2.${realm}`, cost: 20 },
        { prefix: '+', gateway: `gw1.${realm}`, cost: 10 },
        { prefix: '+33', gateway: `gw2.${realm}` },
        { prefix: '112', gateway: `gw1.${realm}` },
      ],
      emergencyNumbers: ['112'],
      healthSeconds,
    },
  };
  const topology = sampleTopology({ ...document, ...parts });
  // What the other side allows is not in question where ours is.
  const allowing = sampleTopology(document);
  const issued = new Map<string, TestCertificate>();
  const issue = async (fqdn: string, from = root) => from.issue({ dnsNames: [fqdn], uris: [`sip:${fqdn}`] });
  const revoked = await issue(`gw1.${realm}`);
  const revokedFrontEnd = await issue(`fe1.${realm}`);
  issued.set('gw1', revoked);
  issued.set('fe1', revokedFrontEnd);
  const trust = await openTrust({
    anchors: { pem: root.certificatePem },
    crls: { pem: await root.crl([revoked.serialHex, revokedFrontEnd.serialHex]) },
  });
  // What the other side trusts is not in question where ours is.
  const trusting = await openTrust({
    anchors: { pem: `${root.certificatePem}\n${foreign.certificatePem}` },
    crls: { pem: `${await root.crl([])}\n${await foreign.crl([])}` },
  });
  const credential = async (certificate: TestCertificate) =>
    loadCredential({ certificate: certificate.chainPem, key: certificate.keyPem });
  const lines: Record<string, unknown>[] = [];
  const logged = new EventEmitter();
  const logger = createTestLog(({ fields, message }) => {
    lines.push({ ...fields, message });
    logged.emit('line');
  });
  const known = new KnownAccounts();
  const accounts = { known, isStale: false, confirmedAt: undefined, onChange: () => () => {} };
  const keys = { current: { epoch: 1, key: randomBytes(32) }, keyOf: () => keys.current.key };
  const opened: AsyncDisposable[] = [];
  const peers = new Map<PeerName, ServerPeer>();
  const play = async (name: PeerName, wrong: WrongCertificate, listens: boolean) => {
    const certificate = wrong.isRevoked
      ? (issued.get(name) as TestCertificate)
      : await issue(wrong.fqdn ?? `${name}.${realm}`, wrong.isForeign ? foreign : root);
    const identity = await credential(certificate);
    const fqdn = `${name}.${realm}`;
    const peer = new ServerPeer({ fqdn, identity, topology: () => allowing, trust: trusting });
    if (listens) await peer.listen();
    opened.unshift(peer);
    return peer;
  };
  for (const [name, wrong] of Object.entries(there) as [PeerName, WrongCertificate][])
    peers.set(name, await play(name, wrong, true));
  let mediation: RunningMediation | undefined = await serveMediation({
    member: {
      fqdn: mediationName,
      identity: await credential(await issue(mediationName)),
      trust,
      topology,
      revocationLists: [],
      problems: () => [],
      keysFor: (_purpose: string) => keys as PurposeKeys,
      authorise: (local: Parameters<Member['authorise']>[0]) => authorise(topology, local) as Authorise,
    } as unknown as Member,
    accounts: accounts as FollowedAccounts,
    logger: logger as Parameters<typeof serveMediation>[0]['logger'],
  });
  const hops = {
    inside: { port: own, link: links.frontEndToMediation },
    gateways: { port: gateway, link: links.mediationToGateway },
  };
  return {
    topology,
    lines,
    accounts,
    knows: (...users: readonly Account[]) =>
      void known.apply(users.map((user) => ({ address: user.address, account: user }))),
    /** Requests that the mediation server has refused so far, by reason. */
    refused(reason: string): number {
      const metric = mediation?.metrics.find(({ name }) => name === 'entente_sip_refused_total');
      return [...(metric?.samples() ?? [])].find(({ labels }) => labels?.reason === reason)?.value ?? 0;
    },
    /** Where a peer reaches the mediation server. */
    hop: (which: keyof typeof hops): NextHop => ({
      name: mediationName,
      address: '127.0.0.1',
      ...hops[which],
    }),
    /** A server that has listened from the beginning. */
    peer(name: PeerName): ServerPeer {
      const peer = peers.get(name);
      if (peer === undefined) throw new Error(`${name} is not there`);
      return peer;
    },
    /** A server that dials us and does not listen, with a certificate that may be wrong. */
    dialler: (name: PeerName, wrong: WrongCertificate = {}) => play(name, wrong, false),
    /** The certificate of a server, for a test that writes bytes itself. */
    async certificateOf(name: PeerName) {
      const { chainPem: cert, keyPem: key } = await issue(`${name}.${realm}`);
      return { cert, key };
    },
    /** The first line that is, or will be, as a test wants it. */
    async line(isWanted: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
      for (;;) {
        const found = lines.find(isWanted);
        if (found !== undefined) return found;
        await once(logged, 'line');
      }
    },
    async [Symbol.asyncDispose]() {
      for (const peer of opened) await peer[Symbol.asyncDispose]();
      await mediation?.[Symbol.asyncDispose]();
      mediation = undefined;
      await trust[Symbol.asyncDispose]();
      await trusting[Symbol.asyncDispose]();
    },
  };
}

/** The reason of a refusal, as servers inside are told it. */
export function reasonOf(response: { get(name: string): string | undefined }): string | undefined {
  return /reason="([a-z-]+)"/.exec(response.get('Entente-Diagnostics') ?? '')?.[1];
}
