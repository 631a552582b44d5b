import { createPrivateKey, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { createIssuance, createIssuer } from '@entente/pki';
import { createKeyAndRequest } from '@entente/pki/client';
import { createMemoryLedger } from '@entente/pki/ledger';
import {
  authorityFiles,
  keySigner,
  listsFile,
  openAuthority,
  type ServiceAuthority,
  throwAwaySigner,
} from '@entente/pki/node';
import {
  type AskedName,
  connect,
  type IdentitySource,
  loadCredential,
  openTrust,
  peerOf,
  serve,
  type Trust,
  type TrustedServer,
} from '@entente/tls';
import {
  type CertificateNames,
  decodeCertificationRequest,
  decodePemCertificates,
  encodePem,
} from '@entente/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const client = 'client.contoso.example';
const spiffe = 'spiffe://contoso.example/orders';

let directory: string;
let authority: ServiceAuthority;
let trust: Trust;
let asClient: IdentitySource;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'entente-identities-'));
  authority = await openAuthority({ directory, domain: 'contoso.example' });
  trust = await openTrust(authority.trust());
  asClient = await authority.identity(client);
});
afterAll(async () => {
  await trust[Symbol.asyncDispose]();
  await authority[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

const refusals: string[] = [];
/** A server that lets everything in which the authority has issued, and says which service it has before it. */
function serveAs(identity: IdentitySource, side: string): Promise<TrustedServer<tls.Server>> {
  return serve(
    tls,
    {
      trust,
      identity,
      allow: () => ({ ok: true }),
      onRefusal: ({ rejection }) => refusals.push(rejection.reason),
      link: { name: 'service', interface: side },
      host: '127.0.0.1',
    },
    (socket) => {
      const peer = peerOf(socket)?.peer;
      socket.write(`${[...(peer?.dnsNames ?? []), ...(peer?.uris ?? [])].join()}\n`);
    },
  );
}

async function dial(port: number, name: AskedName, allowed: string, side = 'external', own = asClient) {
  return connect({
    host: '127.0.0.1',
    port,
    trust,
    identity: own,
    allow: [allowed],
    expect: name,
    link: { name: 'service', interface: side },
  });
}

const said = async (socket: tls.TLSSocket): Promise<string> => String((await once(socket, 'data'))[0]).trim();

// Inside, OpenSSL validates too, with the same name constraints: both must agree.
describe.each(['external', 'internal'])('on an %s interface, a service', (side) => {
  it.each<readonly [string, AskedName]>([
    ['localhost', { mode: 'https', name: 'localhost' }],
    ['127.0.0.1', { mode: 'https', name: '127.0.0.1' }],
    ['::1', { mode: 'https', name: '[::1]' }],
    [spiffe, { mode: 'service', allowed: [spiffe] }],
  ])('named %s alone is dialled by that name, and by no other', async (name, expected) => {
    await using server = await serveAs(await authority.identity(name), side);
    const socket = await dial(server.port, expected, name, side);
    expect(await said(socket)).toBe(client);
    socket.destroy();
    const other: AskedName = { mode: 'service', allowed: ['10.0.0.1', 'spiffe://contoso.example/billing'] };
    await expect(dial(server.port, other, name, side)).rejects.toMatchObject({
      rejection: { reason: 'name-mismatch' },
    });
  });

  it('with a SPIFFE ID alone is a client of that name', async () => {
    await using server = await serveAs(await authority.identity('orders.contoso.example'), side);
    const own = await authority.identity('spiffe://contoso.example/agent');
    const asked: AskedName = { mode: 'host', name: 'orders.contoso.example' };
    const socket = await dial(server.port, asked, 'orders.contoso.example', side, own);
    expect(await said(socket)).toBe('spiffe://contoso.example/agent');
    socket.destroy();
  });

  it.each<readonly [string, Partial<CertificateNames>, AskedName]>([
    ['a DNS name', { dnsNames: ['bank.fabrikam.example'] }, { mode: 'https', name: 'bank.fabrikam.example' }],
    ['an IPv4 address', { ipAddresses: ['203.0.113.7'] }, { mode: 'https', name: '203.0.113.7' }],
    ['an IPv6 address', { ipAddresses: ['2001:db8:0:0:0:0:0:7'] }, { mode: 'https', name: '2001:db8::7' }],
    [
      'a SPIFFE ID',
      { uris: ['spiffe://fabrikam.example/bank'] },
      { mode: 'service', allowed: ['spiffe://fabrikam.example/bank'] },
    ],
  ])(
    'with %s beyond the limits of the root is refused, though the issuing authority has signed it',
    async (_what, names, expected) => {
      await using server = await serveAs(
        await stolen({ commonName: '', dnsNames: [], uris: [], ...names }),
        side,
      );
      const [allowed = ''] = [...(names.dnsNames ?? []), ...(names.ipAddresses ?? []), ...(names.uris ?? [])];
      await expect(dial(server.port, expected, allowed, side)).rejects.toMatchObject({
        rejection: { reason: 'name-constraint-violated' },
      });
    },
  );
});

/** What a stolen issuing key would sign: neither the rule nor the check of the authority is in the way. */
async function stolen(names: CertificateNames): Promise<IdentitySource> {
  const pem = (file: string) => readFile(join(directory, file));
  const key = createPrivateKey({ key: await pem(authorityFiles.issuingKey) });
  const issuing = decodePemCertificates(await pem(authorityFiles.issuingCertificate));
  if (!issuing.ok || issuing.value[0] === undefined) throw new Error('no issuing authority');
  const issuer = await createIssuer(issuing.value[0].der, keySigner(key));
  const issuance = createIssuance({
    issuer,
    anchors: [authority.root],
    throwAway: await throwAwaySigner(issuer.signer.scheme),
    ledger: createMemoryLedger(),
    mayIssue: () => ({ ok: true, names }),
    clock: Date.now,
    random: randomBytes,
    objectsUrl: 'http://ca.contoso.example',
  });
  const own = await createKeyAndRequest({ subject: 'bank' });
  const request = decodeCertificationRequest(own.request);
  const leaf = request.ok ? await issuance.sign('service', names, request.value.publicKey) : request.error;
  if (!('der' in leaf)) throw new Error(leaf.message);
  const certificate = [leaf.der, ...issuer.chain].map((der) => encodePem('CERTIFICATE', der)).join('');
  return loadCredential({ certificate, key: own.privateKeyPem });
}

it('an identity with as many names as it may have is presented to peers, which take it', async () => {
  const named = (index: number) => `n${String(index).padStart(5, '0')}.many.contoso.example`;
  const name = named(0);
  // Each takes two octets more in the certificate.
  const most = Array.from({ length: Math.floor(65_536 / (name.length + 2)) }, (_, index) => named(index));
  const server = await serveAs(await authority.identity(...(most as [string])), 'external');
  try {
    const socket = await dial(server.port, { mode: 'host', name }, name);
    expect(peerOf(socket)?.peer?.dnsNames).toHaveLength(most.length);
    socket.destroy();
  } finally {
    await server.close();
  }
});

describe('an identity in use', () => {
  const asked: AskedName = { mode: 'host', name: 'billing.contoso.example' };
  const serial = (socket: tls.TLSSocket) => peerOf(socket)?.peer?.serialHex;

  it('is replaced under a listener, and open connections stay', async () => {
    const identity = await authority.identity('billing.contoso.example');
    await using server = await serveAs(identity, 'external');
    const before = await dial(server.port, asked, 'billing.contoso.example');
    const first = serial(before);
    await authority.reissue('billing.contoso.example');
    const after = await dial(server.port, asked, 'billing.contoso.example');
    expect(serial(after)).toBe(identity.current.leaf.serialHex);
    expect(serial(after)).not.toBe(first);
    expect(before.destroyed).toBe(false);
    before.destroy();
    after.destroy();
  });

  it('is cut off by a revocation: its open connection is closed, and another one is refused', async () => {
    await using server = await serveAs(await authority.identity('billing.contoso.example'), 'external');
    const own = await authority.identity('laptop.contoso.example');
    const socket = await dial(server.port, asked, 'billing.contoso.example', 'external', own);
    const closed = once(socket.resume(), 'close');
    socket.on('error', () => {});
    await authority.revoke('laptop.contoso.example', 'keyCompromise');
    await closed;
    // With TLS 1.3 the handshake of a client may end before the server has judged its certificate.
    const again = dial(server.port, asked, 'billing.contoso.example', 'external', own).then(async (late) => {
      throw (await once(late.resume(), 'error'))[0];
    });
    await expect(again).rejects.toMatchObject({ rejection: { reason: 'peer-refused' } });
    expect(refusals).toContain('revoked');
  });

  it('is read from its files by a program of its own', async () => {
    await using server = await serveAs(await authority.identity('billing.contoso.example'), 'external');
    const { files } = await authority.identity('reports.contoso.example');
    await using own = await loadCredential(files);
    await using state = await openTrust({
      anchors: join(directory, authorityFiles.rootCertificate),
      crls: join(directory, listsFile),
      watch: false,
    });
    const socket = await connect({
      host: '127.0.0.1',
      port: server.port,
      trust: state,
      identity: own,
      allow: ['billing.contoso.example'],
      expect: asked,
    });
    expect(await said(socket)).toBe('reports.contoso.example');
    socket.destroy();
  });
});
