import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  type AuthorityServer,
  type AuthorityServerOptions,
  createAuthorityServer,
} from '@entente/authority-server';
import { createKeyAndRequest, enrol, parseJoinToken } from '@entente/pki/client';
import { type InitialisedAuthority, initialiseAuthority } from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import type { Clock } from '@entente/tls';
import {
  type AdministratorSet,
  administratorSetHash,
  encodeSignedTopology,
  type ServerEntry,
  signTopology,
  type TopologyDocument,
  topologyHash,
} from '@entente/topology';

/** A certificate with its key, PEM. */
export interface Credentials {
  readonly cert: string;
  readonly key: string;
}

export interface LogLine {
  readonly reason?: string;
  readonly peer?: string;
  readonly link?: string;
  readonly remedy?: string;
  readonly message: string;
}

/** Administrators' signing keys. */
const signers: Record<string, KeyObject> = {};
const keys = ['alice', 'bob', 'carol'].map((id) => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  signers[id] = privateKey;
  const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  return { id, algorithm: 'ES256' as const, publicKey: spki };
});

/** @param names - of the administrators; two of them sign anything but narrowing */
export const administratorSet = (...names: readonly string[]): AdministratorSet => ({
  required: 2,
  keys: keys.filter(({ id }) => names.includes(id)),
});
export const administrators = administratorSet('alice', 'bob');

export const frontEnd = (fqdn: string): ServerEntry => ({
  fqdn,
  role: 'front-end',
  pool: 'pool01.contoso.example',
});

export function document(
  servers: readonly ServerEntry[],
  previous?: TopologyDocument,
  set = previous?.administrators ?? administrators,
): TopologyDocument {
  return {
    format: 'entente-topology/1',
    network: 'contoso.example',
    version: (previous?.version ?? 0) + 1,
    ...(previous === undefined ? {} : { previous: topologyHash(previous) }),
    issued: new Date(Math.floor(Date.now() / 1000) * 1000).toISOString().replace('.000', ''),
    administrators: set,
    domains: [{ name: 'contoso.example', pool: 'pool01.contoso.example' }],
    pools: [{ fqdn: 'pool01.contoso.example', role: 'front-end' }],
    servers: [{ fqdn: 'ca.contoso.example', role: 'authority' }, ...servers],
  };
}

export function signed(topology: TopologyDocument, by: readonly string[] = ['alice', 'bob']): string {
  return encodeSignedTopology(
    signTopology(
      topology,
      by.map((keyId) => ({
        keyId,
        algorithm: 'ES256',
        sign: (bytes) =>
          sign('sha256', bytes, { key: signers[keyId] as KeyObject, dsaEncoding: 'ieee-p1363' }),
      })),
    ),
  );
}

/** An authority that listens on loopback, with one administrator. */
export interface Scene {
  readonly made: InitialisedAuthority;
  readonly log: LogLine[];
  readonly alice: Credentials;
  /** The client certificate of an administrator, of whom the scene has been told. */
  as(name: string): Credentials;
  server(): AuthorityServer;
  restart(): Promise<void>;
  /** Restarts the authority, and does something while it is stopped. */
  stopped(meanwhile: () => Promise<void>): Promise<void>;
  ask(path: string, who?: Credentials, init?: RequestInit): Promise<Response>;
  join(fqdn: string): Promise<Credentials & { readonly serialHex: string }>;
  publish(text: string, who?: Credentials): Promise<Response>;
  close(): Promise<void>;
}

/** What a scene may have beside its defaults. */
export interface SceneOptions {
  /** Who gets a client certificate; default alice. */
  readonly certified?: readonly string[];
  /** Who may publish the first topology; default alice and bob. */
  readonly set?: AdministratorSet;
  /** Ports, also in tokens and certificates; default any, and there none. */
  readonly ports?: { readonly https: number; readonly objects: number };
  /** Where outsiders find revocation lists; default nowhere. */
  readonly outsideObjectsUrl?: string;
  /** Where the accounts are kept; default the database of the authority. */
  readonly postgresql?: AuthorityServerOptions['postgresql'];
  /** Opens what the authority records in. */
  readonly openStore?: AuthorityServerOptions['openStore'];
}

/** @param clock - of the authority; default that of the machine */
export async function startScene(clock?: Clock, options: SceneOptions = {}): Promise<Scene> {
  const { certified = ['alice'], outsideObjectsUrl, set = administrators } = options;
  const { https: port = 0, objects: objectsPort = 0 } = options.ports ?? {};
  const urlOf = (scheme: string, at: number) => `${scheme}://ca.contoso.example${at === 0 ? '' : `:${at}`}`;
  const objectsUrl = urlOf('http', objectsPort);
  const directory = await mkdtemp(join(tmpdir(), 'entente-authority-server-'));
  const made = await initialiseAuthority({
    directory: join(directory, 'ca'),
    domain: 'contoso.example',
    fqdn: 'ca.contoso.example',
    objectsUrl,
    ...(outsideObjectsUrl === undefined ? {} : { outsideObjectsUrls: [outsideObjectsUrl] }),
    now: Date.now(),
    openLedger,
    administrators: certified,
  });
  const as = (name: string): Credentials => {
    const files = made.administrators.find((one) => one.name === name);
    if (files === undefined) throw new Error(`${name} has no certificate`);
    return { cert: readFileSync(files.certificate, 'utf8'), key: readFileSync(files.key, 'utf8') };
  };
  const alice = as('alice');
  const log: LogLine[] = [];
  const write = (fields: object, message: string) => void log.push({ ...fields, message });
  const logger = { info: write, warn: write, error: write, debug: write, child: () => logger };
  const start = () =>
    createAuthorityServer({
      config: {
        domain: 'contoso.example',
        fqdn: 'ca.contoso.example',
        directory: join(directory, 'ca'),
        administratorsHash: administratorSetHash(set),
        https: { host: '127.0.0.1', port, url: urlOf('https', port) },
        objects: { host: '127.0.0.1', port: objectsPort, url: objectsUrl },
      },
      logger,
      ...(clock === undefined ? {} : { clock }),
      ...(options.postgresql === undefined ? {} : { postgresql: options.postgresql }),
      ...(options.openStore === undefined ? {} : { openStore: options.openStore }),
    });
  let server = await start();

  const stopped: Scene['stopped'] = async (meanwhile) => {
    await server[Symbol.asyncDispose]();
    await meanwhile();
    server = await start();
  };
  const ask: Scene['ask'] = (path, who, init = {}) => {
    const request = new Request(new URL(path, 'https://ca.contoso.example'), init);
    return send(request, server.https.port, made.rootPem, who);
  };
  const post = (path: string, who: Credentials, body: object) =>
    ask(path, who, { method: 'POST', body: JSON.stringify(body) });

  return {
    made,
    log,
    alice,
    as,
    server: () => server,
    restart: () => stopped(async () => {}),
    stopped,
    ask,
    publish: (text, who = alice) => ask('/topology', who, { method: 'POST', body: text }),
    async join(fqdn) {
      const answer = (await (await post('/join-tokens', alice, { server: fqdn })).json()) as {
        token: string;
      };
      const token = parseJoinToken(answer.token);
      if (!token.ok) throw new Error(token.refusal.message);
      const key = await createKeyAndRequest({ subject: fqdn });
      const transport = (request: Request) => send(request, server.https.port, made.rootPem);
      const outcome = await enrol({ token: token.token, key, transport });
      if (!outcome.ok) throw new Error(`${outcome.refusal.reason}: ${outcome.refusal.message}`);
      const { chainPem, serialHex } = outcome.certificate;
      return { cert: chainPem, key: key.privateKeyPem, serialHex };
    },
    async close() {
      await server[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Node's own client: what any program can do, without our verdict. */
export async function send(request: Request, port: number, ca: string, who?: Credentials): Promise<Response> {
  const body = Buffer.from(await request.arrayBuffer());
  return new Promise((resolve, reject) => {
    const outgoing = https.request(
      {
        host: '127.0.0.1',
        port,
        servername: 'ca.contoso.example',
        ca,
        ...who,
        agent: false,
        method: request.method,
        path: new URL(request.url).pathname + new URL(request.url).search,
        headers: { ...Object.fromEntries(request.headers), 'content-length': body.length },
      },
      (incoming) => {
        const headers = incoming.headers as Record<string, string>;
        incoming.on('error', () => {});
        const { statusCode: status = 0 } = incoming;
        // These have no body, not even an empty one.
        const isEmpty = status === 204 || status === 304;
        if (isEmpty) incoming.resume();
        const content = isEmpty ? null : (Readable.toWeb(incoming) as ReadableStream);
        resolve(new Response(content, { status, headers }));
      },
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}
