import { generateKeyPairSync, sign } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import { createTestAuthority, createTestLog } from '@entente/testkit';
import { createTrust, loadCredential, openTrust, serve } from '@entente/tls';
import {
  administratorSetHash,
  encodeSignedTopology,
  signTopology,
  type Topology,
  type TopologyDocument,
  type TopologySigner,
  topologyFormat,
  topologyHash,
} from '@entente/topology';
import { AuthorityClient } from '../src/authority/authority-client.ts';
import type { MemberFiles } from '../src/files/member-files.ts';
import type { RevocationLists } from '../src/follow/revocation-lists.ts';

const host = 'ca.contoso.example';
const fqdn = 'fe1.contoso.example';

/** An administrator and what the topology says of it. */
function administrator(keyId: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const signer: TopologySigner = {
    keyId,
    algorithm: 'EdDSA',
    sign: (bytes) => sign(null, bytes, privateKey),
  };
  const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  return { signer, entry: { id: keyId, algorithm: 'EdDSA' as const, publicKey: spki } };
}

/** What an authority answers; the test writes it. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A member's side of an authority that answers whatever the test says. */
export async function startMember() {
  const root = await createTestAuthority('Contoso Root');
  const crls = { pem: await root.crl([]) };
  const inner = await openTrust({ anchors: { pem: root.certificatePem }, crls });
  const identityOf = async (name: string) => {
    const { chainPem, keyPem } = await root.issue({ dnsNames: [name] });
    return loadCredential({ certificate: chainPem, key: keyPem });
  };
  const one = administrator('one');
  const first: TopologyDocument = {
    format: topologyFormat,
    network: 'contoso.example',
    version: 1,
    // Without fractions of a second.
    issued: `${new Date().toISOString().slice(0, 19)}Z`,
    administrators: { required: 1, keys: [one.entry] },
    domains: [{ name: 'contoso.example', pool: 'pool1.contoso.example' }],
    pools: [{ fqdn: 'pool1.contoso.example', role: 'front-end' }],
    servers: [{ fqdn, role: 'front-end', pool: 'pool1.contoso.example' }],
  };
  const answers: Record<string, Answer> = {};
  const open = new Set<ServerResponse>();
  const server = await serve(
    https,
    {
      trust: inner,
      identity: await identityOf(host),
      allow: [fqdn],
      host: '127.0.0.1',
      limits: { drainTimeoutMs: 0 },
    },
    (request, response) => {
      open.add(response);
      const answer = answers[request.url ?? ''];
      if (answer === undefined) response.writeHead(404).end();
      else answer(request, response);
    },
  );
  const warnings: string[] = [];
  const written: string[] = [];
  let topology: Topology | undefined;
  let confirmations = 0;
  const trust = createTrust({ judge: inner.judge, version: () => inner.version });
  const authority = new AuthorityClient({
    fqdn,
    url: `https://${host}:${server.port}`,
    addresses: new Map([[host, '127.0.0.1']]),
    administratorsHash: administratorSetHash(first.administrators),
    identity: await identityOf(fqdn),
    trust,
    files: { write: async (name: string) => void written.push(name) } as unknown as MemberFiles,
    lists: { refresh: async () => {} } as unknown as RevocationLists,
    log: createTestLog(({ level, message }) => level === 'warn' && warnings.push(message)),
    pollMs: 3_600_000,
    current: () => topology,
    takeUp: (next) => {
      topology = next;
    },
    confirmed: async () => {
      confirmations += 1;
    },
  });
  const signed = (document: TopologyDocument, signer = one.signer) =>
    encodeSignedTopology(signTopology(document, [signer]));
  return {
    authority,
    warnings,
    written,
    first,
    signed,
    stranger: administrator('one').signer,
    next: (): TopologyDocument => ({ ...first, version: 2, previous: topologyHash(first), title: 'second' }),
    version: () => topology?.document.version,
    confirmations: () => confirmations,
    answer(path: '/topology' | '/events', how: Answer | string) {
      answers[path] = typeof how === 'string' ? (_request, response) => response.end(how) : how;
    },
    async [Symbol.asyncDispose]() {
      await authority[Symbol.asyncDispose]();
      for (const response of open) response.destroy();
      await server.close();
      await trust[Symbol.asyncDispose]();
      await inner[Symbol.asyncDispose]();
    },
  };
}
