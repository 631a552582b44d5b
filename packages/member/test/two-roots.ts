import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { joinDomain, type Member } from '@entente/member';
import { firstPoolKeys, formatPoolKeys, issuerId } from '@entente/pki';
import { createKeyAndRequest } from '@entente/pki/client';
import { createTestAuthority, createTestLog, type TestAuthority } from '@entente/testkit';
import { type Credential, loadCredential, openTrust, serve } from '@entente/tls';
import {
  administratorSetHash,
  anchorsHash,
  buildTopology,
  certificateNames,
  enterpriseRoots,
  type RootStage,
  signTrustState,
  type TopologyDocument,
  type TrustStateSigner,
} from '@entente/topology';
import { type CertificateList, encodePem } from '@entente/x509';
import { MemberFiles } from '../src/files/member-files.ts';
import {
  administrator,
  certificateOf,
  firstDocument,
  listOf,
  nextDocument,
  referenceTo,
  signed,
} from './sample-domain.ts';
import { nameList, stateOf, stateSigner } from './sample-states.ts';

/** The member of the tests. */
export const fqdn = 'fe1.contoso.example';
const host = 'ca.contoso.example';
const dayMs = 86_400_000;

/** The two roots, and the two authorities that issue below them. */
export type Issuer = 'root1' | 'root2' | 'issuing1' | 'issuing2';

/**
 * A domain whose root is being replaced: an authority on real sockets that the test leads from step to step, its revocation lists over
 * plain HTTP, and peers with certificates below either root.
 * @param directory - for the files of members
 */
export async function startTwoRoots(directory: string) {
  const closers: (() => unknown)[] = [];
  const lists = new Map<Issuer, CertificateList>();
  const outside = new Map<Issuer, CertificateList>();
  const plain = createServer((request, response) => {
    const issuer = request.url?.slice(1) as Issuer;
    const list = outside.get(issuer) ?? lists.get(issuer);
    if (list === undefined) response.writeHead(404).end();
    else response.end(list.der);
  });
  plain.listen(0, '127.0.0.1');
  await once(plain, 'listening');
  closers.push(() => plain.close().closeAllConnections());
  const listAt = (issuer: Issuer) =>
    `http://${host}:${(plain.address() as AddressInfo).port}/${issuer}` as const;

  const [root1, root2] = await Promise.all([
    createTestAuthority('Contoso Root 1'),
    createTestAuthority('Contoso Root 2'),
  ]);
  const issuers: Readonly<Record<Issuer, TestAuthority>> = {
    root1,
    root2,
    issuing1: await root1.subordinate('Contoso Issuing 1', { crlUrl: listAt('root1') }),
    issuing2: await root2.subordinate('Contoso Issuing 2', { crlUrl: listAt('root2') }),
  };
  const { request } = await createKeyAndRequest({
    subject: 'Contoso Root 2',
    privateKeyPem: root2.keyPem,
  });
  /** The second root, certified by the first. */
  const cross = await root1.certify(request, {
    commonName: 'Contoso Root 2',
    ca: { pathLength: 1 },
    notAfter: Date.now() + 365 * dayMs,
    crlUrl: listAt('root1'),
  });
  for (const name of Object.keys(issuers) as Issuer[])
    lists.set(name, await listOf(issuers[name], { number: 1 }));

  /** Certificates below the second root come with the cross certificate. */
  const withCross = (issuer: Issuer, chain: string) => (issuer === 'issuing2' ? chain + cross : chain);
  const issue = async (issuer: 'issuing1' | 'issuing2', dnsNames: readonly string[]) => {
    const { chainPem, keyPem } = await issuers[issuer].issue({
      dnsNames,
      uris: dnsNames.map((name) => `sip:${name}`),
      crlUrl: listAt(issuer),
    });
    return { certificate: withCross(issuer, chainPem), key: keyPem };
  };
  /** Whom authority and peers believe, who are not the subject of the tests: both roots, from beginning to end. */
  const everything = await openTrust({
    anchors: { pem: root1.certificatePem + root2.certificatePem },
    crls: { crls: [...lists.values()] },
  });
  closers.push(() => everything[Symbol.asyncDispose]());

  const one = administrator('one');
  const documents: TopologyDocument[] = [firstDocument([one.entry])];
  const current = () => documents.at(-1) as TopologyDocument;
  const { dnsNames } = certificateNames(buildTopology(current()), fqdn)[0] ?? { dnsNames: [] };
  const stateKeys: Record<'issuing1' | 'issuing2', TrustStateSigner> = {
    issuing1: await stateSigner(issuers.issuing1),
    issuing2: await stateSigner(issuers.issuing2),
  };
  let active: 'issuing1' | 'issuing2' = 'issuing1';
  let sequence = Math.floor(Date.now() / 1_000);
  let anchors: string | undefined;
  const named: Issuer[] = ['root1', 'issuing1'];
  const both = [issuers.issuing2, issuers.issuing1].map((issuing) => certificateOf(issuing).der);
  const stateText = () => {
    const roots = enterpriseRoots(buildTopology(current()))?.map(({ certificate }) => certificate);
    const names = named.map((name) => nameList(issuers[name], lists.get(name) as CertificateList));
    const { chain, sign } = stateKeys[active];
    const signer = { sign, chain: [chain[0] as Uint8Array, ...both] };
    const changes = {
      sequence: ++sequence,
      anchors: anchors ?? anchorsHash(roots ?? [certificateOf(root1).der]),
    };
    const sorted = names.sort((a, b) => (a.issuer < b.issuer ? -1 : 1));
    return signTrustState(stateOf(current(), sorted, changes), signer);
  };
  const keys = formatPoolKeys(
    firstPoolKeys('pool1.contoso.example', { now: Date.now(), random: randomBytes }),
  );
  const listPaths = (path: string): Uint8Array | undefined => {
    const found = (Object.keys(issuers) as Issuer[]).find(
      (name) => path === `/lists/${issuerId(certificateOf(issuers[name]).publicKey.der)}/0`,
    );
    return found === undefined ? undefined : lists.get(found)?.der;
  };
  const answer = (path: string): string | Uint8Array | undefined => {
    const version = /^\/topology\/(\d+)$/.exec(path)?.[1];
    if (version !== undefined) return signed(documents[Number(version) - 1] as TopologyDocument, one.signer);
    if (path === '/topology') return signed(current(), one.signer);
    if (path === '/state') return stateText();
    if (path === '/domain-keys') return keys;
    return listPaths(path);
  };
  const own = await loadCredential(await issue('issuing1', [host]));
  let enrolled = 0;
  const server = await serve(
    https,
    { trust: everything, identity: own, allow: [fqdn], host: '127.0.0.1', limits: { drainTimeoutMs: 0 } },
    async (incoming, response) => {
      const path = (incoming.url ?? '').split('?')[0] ?? '';
      if (path === '/standing') {
        incoming.resume().once('end', () => void response.writeHead(204).end());
        return;
      }
      if (path === '/enrol') {
        const parts: Buffer[] = [];
        for await (const part of incoming) parts.push(part as Buffer);
        const names = { dnsNames, uris: dnsNames.map((name) => `sip:${name}`), crlUrl: listAt(active) };
        const chain = await issuers[active].certify(Buffer.concat(parts), names);
        enrolled++;
        response.writeHead(201).end(withCross(active, chain));
        return;
      }
      const body = answer(path);
      if (body === undefined) response.writeHead(404).end();
      else response.end(body);
    },
  );
  let isUp = true;
  const goDown = async () => {
    if (isUp) await server.close();
    isUp = false;
  };
  closers.push(goDown);
  const url = `https://${host}:${server.port}`;

  return {
    issuers,
    lists,
    listAt,
    goDown,
    /** How often the authority has certified a key. */
    enrolled: () => enrolled,
    version: () => current().version,
    /** Publishes a topology that lists these roots. */
    publish(roots: Partial<Record<'root1' | 'root2', RootStage>>) {
      const enterprise = (['root1', 'root2'] as const).flatMap((name) => {
        const stage = roots[name];
        return stage === undefined ? [] : [referenceTo(issuers[name], stage)];
      });
      documents.push(nextDocument(current(), { anchors: { enterprise } }));
    },
    /** Plain HTTP gives another list than the authority names. */
    publishesOutside(issuer: Issuer, list: CertificateList) {
      outside.set(issuer, list);
    },
    /** The states name this list too from now on. */
    names(...issuer: Issuer[]) {
      named.push(...issuer);
    },
    /** The states have this hash of roots from now on, whatever the topology lists. */
    saysAnchors(hash: string | undefined) {
      anchors = hash;
    },
    /** The authority below the second root is the one that issues from now on; the authority’s own certificates come from it. */
    async activate() {
      active = 'issuing2';
      await own.replace(await issue('issuing2', [host]));
    },
    /** The directory of a server that has joined, with the first root and the first topology. */
    async joined(name: string): Promise<string> {
      const files = new MemberFiles(join(directory, name));
      await files.prepare();
      const pair = await issue('issuing1', dnsNames);
      await files.write('key', pair.key);
      await files.write('certificate', pair.certificate);
      await files.write('roots', encodePem('CERTIFICATE', certificateOf(root1).der));
      await files.write('topology', signed(documents[0] as TopologyDocument, one.signer));
      const { administrators } = documents[0] as TopologyDocument;
      const administratorsHash = administratorSetHash(administrators);
      await files.writeMembership({ authority: url, administratorsHash });
      return files.directory;
    },
    /** Starts the server of a directory. */
    start(from: string, onLine: Parameters<typeof createTestLog>[0] = () => {}): Promise<Member> {
      return joinDomain({
        fqdn,
        directory: from,
        addresses: new Map([[host, '127.0.0.1']]),
        log: createTestLog(onLine),
        pollMs: 100,
      });
    },
    /** A credential of a peer. */
    async peer(issuer: 'issuing1' | 'issuing2', name: string): Promise<Credential> {
      return loadCredential(await issue(issuer, [name]));
    },
    everything,
    async [Symbol.asyncDispose]() {
      for (const close of closers.reverse()) await close();
    },
  };
}
