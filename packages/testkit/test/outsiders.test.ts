import { readFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, createServer as createTcpServer, type Server } from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { issuerId } from '@entente/pki';
import type { Network } from '@entente/testkit';
import { type Federation, federatedDeliveries, startFederation } from '@entente/testkit/repository';
import { requestBetween } from '@entente/testkit/request';
import { decodeSignedTopology, type TopologyDocument, topologyHash } from '@entente/topology';
import { type Certificate, decodeCertificate, decodeCrl, decodePemCertificates, oids } from '@entente/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

function ask(outgoing: ReturnType<typeof httpRequest>, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.once('error', reject);
      incoming.once('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: Buffer.concat(chunks),
        }),
      );
    });
    outgoing.end(body);
  });
}

/** Plain HTTP on loopback. */
function get(port: number, path: string, options: { method?: string; headers?: object; body?: string } = {}) {
  const { method = 'GET', headers = {} } = options;
  return ask(
    httpRequest({ host: '127.0.0.1', port, path, method, headers: { ...headers }, agent: false }),
    options.body,
  );
}

/** HTTPS, judged by Node's own checks: the root and the name outside. */
async function getSecurely(network: Network, path: string, method = 'GET') {
  const { externalFqdn, externalPorts } = network.organisation.edge;
  return ask(
    httpsRequest({
      host: '127.0.0.1',
      port: externalPorts.bundle,
      path,
      method,
      servername: externalFqdn,
      ca: await readFile(network.anchorsFile),
      agent: false,
    }),
  );
}

/** What the edge shows on the federation's port. */
function chainOutside({ organisation }: Network): Promise<readonly Certificate[]> {
  const { externalFqdn, externalPorts } = organisation.edge;
  return new Promise((resolve, reject) => {
    const socket = tls.connect({
      host: '127.0.0.1',
      port: externalPorts.clients,
      servername: externalFqdn,
      rejectUnauthorized: false,
    });
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      const chain: Certificate[] = [];
      for (let at = socket.getPeerX509Certificate(); at !== undefined; at = at.issuerCertificate) {
        const decoded = decodeCertificate(at.raw);
        if (decoded.ok) chain.push(decoded.value);
      }
      socket.destroy();
      resolve(chain);
    });
  });
}

function hostsNamed(certificate: Certificate): readonly string[] {
  const urls = [
    ...(certificate.crlDistributionPoints ?? []).flatMap(({ name }) =>
      name?.type === 'full' ? name.names : [],
    ),
    ...(certificate.authorityInfoAccess ?? []).map(({ location }) => location),
  ];
  return urls.map((name) => (name.type === 'uri' ? new URL(name.value).host : name.type));
}

/** Addresses below 127.0.0.0/8 are there without being set up on Linux only. */
const byPass = process.platform === 'linux' ? '127.0.0.7' : undefined;

describe('what an edge gives outsiders', () => {
  let federation: Federation;
  const listeners: Server[] = [];
  let passedBy = 0;
  /** Receives connections to the authority of the other organisation that bypass its edge. */
  const guard = async ({ organisation }: Network): Promise<void> => {
    if (byPass === undefined) return;
    const { httpsPort, objectsPort } = organisation.authority;
    for (const port of [httpsPort, objectsPort]) {
      const listener = createTcpServer((socket) => {
        passedBy += 1;
        socket.destroy();
      });
      await new Promise<void>((resolve, reject) => {
        listener.once('error', reject);
        listener.listen(port, byPass, resolve);
      });
      listeners.push(listener);
    }
  };
  beforeAll(async () => {
    federation = await startFederation({
      clients: ['alice', 'bob', 'erin'],
      partnerBundleAt: 'clients-port',
      edgeConfig: { partnerListsEverySeconds: 1 },
      ...(byPass === undefined ? {} : { partnersInsideAt: byPass }),
      onFirst: guard,
    });
    await guard(federation.fabrikam);
  });
  afterAll(async () => {
    for (const listener of listeners) listener.close();
    await federation?.[Symbol.asyncDispose]();
  });

  const pathsOf = async ({ anchorsFile, outside }: Network) => {
    const [issuing] = listOf(outside.insider.certificatePem);
    const [root] = listOf(await readFile(anchorsFile));
    return [issuing, root].flatMap((authority) => {
      const id = issuerId((authority as Certificate).publicKey.der);
      return [`/crl/${id}/0.crl`, `/issuer/${id}.cer`];
    });
  };

  it('is the same, byte for byte, as the authority has inside', async () => {
    for (const network of [federation.contoso, federation.fabrikam]) {
      const { authority, edge } = network.organisation;
      for (const path of await pathsOf(network)) {
        const [inside, outside] = await Promise.all([
          get(authority.objectsPort, path),
          get(edge.externalPorts.objects, path),
        ]);
        expect({ path, status: outside.status }).toEqual({ path, status: 200 });
        expect(outside.body.equals(inside.body)).toBe(true);
        expect(outside.headers['content-type']).toBe(
          path.endsWith('.crl') ? 'application/pkix-crl' : 'application/pkix-cert',
        );
        const known = await get(edge.externalPorts.objects, path, {
          headers: { 'if-none-match': outside.headers.etag },
        });
        expect(known.status).toBe(304);
        const head = await get(edge.externalPorts.objects, path, { method: 'HEAD' });
        expect(head).toMatchObject({ status: 200, body: Buffer.alloc(0) });
        expect(head.headers['content-length']).toBe(String(inside.body.length));
      }
    }
  });

  it('names in certificates that outsiders see only the edge, and no server inside', async () => {
    for (const network of [federation.contoso, federation.fabrikam]) {
      const { externalFqdn, externalPorts } = network.organisation.edge;
      const chain = await chainOutside(network);
      expect(chain).toHaveLength(2);
      for (const certificate of chain) {
        const here = `${externalFqdn}:${externalPorts.objects}`;
        expect(hostsNamed(certificate)).toEqual([here, here]);
        expect(certificate.authorityInfoAccess?.[0]?.method).toBe(oids.caIssuers);
      }
    }
  });

  it('is enough for partners: messages and calls cross, and nobody goes to the other organisation’s authority', async () => {
    for (const delivery of federatedDeliveries) {
      if (!delivery.title.includes('partner')) continue;
      await delivery.run(federation);
    }
    expect(passedBy).toBe(0);
  });

  it('is nothing else: other paths, other methods, other servers', async () => {
    const { externalPorts } = federation.contoso.organisation.edge;
    const { authority } = federation.contoso.organisation;
    for (const path of [
      '/',
      '/crl',
      '/crl/',
      '/issuer/',
      '/roots.pem',
      '/trust-bundle',
      '/topology',
      '/crl/../topology',
      '/crl/%2e%2e/0.crl',
      '//topology',
    ]) {
      expect({ path, status: (await get(externalPorts.objects, path)).status }).toEqual({
        path,
        status: 404,
      });
    }
    const [path = ''] = await pathsOf(federation.contoso);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const answer = await get(externalPorts.objects, path, {
        method,
        headers: { 'content-length': '1' },
        body: 'x',
      });
      expect({ method, status: answer.status }).toEqual({ method, status: 405 });
      expect(answer.headers.connection).toBe('close');
    }
    const own = (await get(externalPorts.objects, path)).body;
    const elsewhere = await get(externalPorts.objects, `http://127.0.0.1:${authority.objectsPort}${path}`);
    expect(elsewhere.body.equals(own)).toBe(true);
    const inside = await get(externalPorts.objects, `http://127.0.0.1:${authority.objectsPort}/healthz`);
    expect(inside.status).toBe(404);
  });

  it('is no tunnel, and reads no large header', async () => {
    const { externalPorts } = federation.contoso.organisation.edge;
    const said = (words: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = connect(externalPorts.objects, '127.0.0.1', () => socket.write(words));
        let heard = '';
        socket.on('data', (chunk) => {
          heard += chunk.toString('latin1');
        });
        socket.once('error', reject);
        socket.once('close', () => resolve(heard.split('\r\n')[0] ?? ''));
      });
    const { authority } = federation.contoso.organisation;
    expect(await said(`CONNECT 127.0.0.1:${authority.objectsPort} HTTP/1.1\r\nHost: x\r\n\r\n`)).toBe('');
    expect(await said(`GET / HTTP/1.1\r\nHost: x\r\nCookie: ${'a'.repeat(5_000)}\r\n\r\n`)).toContain('431');
  });

  it('is our federation bundle over HTTPS, as the authority wrote it, with a certificate for the name outside', async () => {
    const { contoso } = federation;
    const answer = await getSecurely(contoso, '/trust-bundle');
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json');
    const inside = await ask(
      httpsRequest({
        host: '127.0.0.1',
        port: contoso.organisation.authority.httpsPort,
        path: '/trust-bundle',
        servername: contoso.organisation.authority.fqdn,
        ca: await readFile(contoso.anchorsFile),
        agent: false,
      }),
    );
    expect(answer.body.equals(inside.body)).toBe(true);
    const [root] = listOf(await readFile(contoso.anchorsFile));
    expect(JSON.parse(answer.body.toString('utf8'))).toMatchObject({
      domain: 'contoso.example',
      sequence: 1,
      roots: [{ certificate: Buffer.from((root as Certificate).der).toString('base64') }],
    });
    for (const path of ['/', '/topology', '/roots.pem', '/enrol', (await pathsOf(contoso))[0] as string]) {
      expect({ path, status: (await getSecurely(contoso, path)).status }).toEqual({ path, status: 404 });
    }
    expect((await getSecurely(contoso, '/trust-bundle', 'DELETE')).status).toBe(405);
  });

  it('is the bundle on the port of clients too, where the topology gives both one port: the first bytes show HTTP or SIP', async () => {
    const { fabrikam } = federation;
    const { bundle, clients } = fabrikam.organisation.edge.externalPorts;
    expect(bundle).toBe(clients);
    const answer = await getSecurely(fabrikam, '/trust-bundle');
    expect(JSON.parse(answer.body.toString('utf8'))).toMatchObject({ domain: 'fabrikam.example' });
    expect((await getSecurely(fabrikam, '/topology')).status).toBe(404);
    const outcome = await fabrikam.user('erin').message('sip:alice@fabrikam.example', 'SIP on the same port');
    expect(outcome.status).toBe(200);
  });

  it('takes a body of more than 16 KiB from a client only once that has registered', async () => {
    const { contoso } = federation;
    const text = 'x'.repeat(20_000);
    const { externalFqdn, externalPorts } = contoso.organisation.edge;
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = tls.connect({
        host: '127.0.0.1',
        port: externalPorts.clients,
        servername: externalFqdn,
        rejectUnauthorized: false,
      });
      socket.once('error', reject);
      socket.once('data', (bytes: Buffer) => {
        socket.destroy();
        resolve(bytes.toString('latin1').split('\r\n')[0] ?? '');
      });
      const request = requestBetween('sip:erin@contoso.example', 'sip:alice@contoso.example', {
        method: 'MESSAGE',
        via: 'SIP/2.0/TLS client.invalid;branch=z9hG4bKlarge',
        contentType: 'text/plain',
        body: text,
      });
      socket.write(request.wire, 'latin1');
    });
    expect(answer).toMatch(/^SIP\/2\.0 413 /);
    expect((await contoso.user('erin').message('sip:alice@contoso.example', text)).status).toBe(200);
  });

  it('follows the topology: an edge with another name or port asks for another certificate by itself', async () => {
    const { contoso } = federation;
    const { edge: place } = contoso.organisation;
    const before = await inForce(contoso);
    const edge = contoso.edge as NonNullable<Network['edge']>;
    // The internal certificate, which asks for it, has asked before and is renewed first.
    const renewed = edge.waitFor(
      'another certificate outside',
      (line) => line.event === 'renewed' && line.interface === 'external',
    );
    await contoso.administrator.publish({
      ...before,
      version: before.version + 1,
      previous: topologyHash(before),
      servers: before.servers.map((server) =>
        server.fqdn === place.fqdn
          ? {
              ...server,
              interfaces: {
                ...server.interfaces,
                external: { ...server.interfaces?.external, names: ['chat.contoso.example'] },
              },
            }
          : server,
      ),
    });
    await renewed;
    const [leaf] = await chainOutside(contoso);
    expect((leaf as Certificate).subjectAltName).toContainEqual({
      type: 'dns',
      value: 'chat.contoso.example',
    });
  });

  it('carries a revocation across the border: the partner’s edge closes what is open and refuses what comes after', async () => {
    const { contoso, fabrikam } = federation;
    const [leaf] = await chainOutside(fabrikam);
    const [path = ''] = await pathsOf(fabrikam);
    const edge = contoso.edge as NonNullable<Network['edge']>;
    const refused = edge.waitFor('a revocation', ({ reason }) => reason === 'revoked', 60_000);
    const number = await fabrikam.administrator.revoke((leaf as Certificate).serialHex);
    await refused;
    const served = decodeCrl((await get(fabrikam.organisation.edge.externalPorts.objects, path)).body);
    expect(served.ok && served.value.crlNumber).toBe(BigInt(number));
    const outcome = await contoso.user('alice').message('sip:bob@fabrikam.example', 'after the revocation');
    expect(outcome.status).not.toBe(200);
    expect(passedBy).toBe(0);
  });
});

/** The topology as the edge has written it down. */
async function inForce({ directory, organisation }: Network): Promise<TopologyDocument> {
  const text = await readFile(join(directory, organisation.edge.fqdn, 'topology.json'), 'utf8');
  const decoded = decodeSignedTopology(text);
  if (!decoded.ok) throw new Error('the edge has no topology');
  return decoded.document as TopologyDocument;
}

function listOf(pem: string | Uint8Array): readonly Certificate[] {
  const decoded = decodePemCertificates(pem);
  return decoded.ok ? decoded.value : [];
}
