import { createKeyAndRequest } from '@entente/pki/client';
import { links } from '@entente/topology';
import { decodePemCertificates, encodePem } from '@entente/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, document, frontEnd, type Scene, signed, startScene } from './network.ts';

const first = document([frontEnd('fe01.contoso.example'), frontEnd('fe02.contoso.example')]);
let scene: Scene;
let fe01: Credentials & { serialHex: string };

beforeAll(async () => {
  scene = await startScene();
  await scene.publish(signed(first));
  fe01 = await scene.join('fe01.contoso.example');
});
afterAll(() => scene.close());

interface Row {
  readonly serial: string;
  readonly subject: string;
  readonly profile: string;
  readonly revocation?: object;
}

async function list(query = ''): Promise<{ certificates: Row[]; next?: string }> {
  const response = await scene.ask(`/certificates${query}`, scene.alice);
  expect(response.status).toBe(200);
  expect(response.headers.get('cache-control')).toBe('no-store');
  return (await response.json()) as { certificates: Row[]; next?: string };
}

async function order(fields: object, who: Credentials = scene.alice) {
  const response = await scene.ask('/certificates', who, { method: 'POST', body: JSON.stringify(fields) });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

async function requestFor(subject: string, dnsNames: readonly string[] = []) {
  const key = await createKeyAndRequest({ subject, dnsNames });
  return { key, request: encodePem('CERTIFICATE REQUEST', key.request) };
}

const serialOf = (credentials: Credentials): string => {
  const decoded = decodePemCertificates(Buffer.from(credentials.cert));
  if (!decoded.ok) throw new Error(decoded.error.message);
  return decoded.value[0]!.serialHex;
};

describe('the certificates of an authority', () => {
  it('are listed page by page, and of one subject or kind, without their names', async () => {
    const all = await list();
    expect(all.certificates.map(({ subject }) => subject)).toEqual(
      expect.arrayContaining(['ca.contoso.example', 'alice', 'fe01.contoso.example']),
    );
    const first = await list('?limit=1');
    expect(first.certificates).toEqual(all.certificates.slice(0, 1));
    expect((await list(`?limit=1&after=${first.next}`)).certificates).toEqual(all.certificates.slice(1, 2));
    const one = await list('?subject=FE01.contoso.example&profile=server');
    expect(one.certificates).toMatchObject([{ serial: fe01.serialHex, commonName: 'fe01.contoso.example' }]);
    expect(one.certificates[0]).not.toHaveProperty('dnsNames');
    expect((await list('?subject=fe01.contoso.example&profile=administrator')).certificates).toEqual([]);
  });

  it('are shown one by one, with names, key and the certificate itself', async () => {
    const response = await scene.ask(`/certificates/${fe01.serialHex.toUpperCase()}`, scene.alice);
    const shown = (await response.json()) as Record<string, unknown>;
    expect(shown).toMatchObject({
      serial: fe01.serialHex,
      requester: expect.stringMatching(/^join-token:/),
      dnsNames: expect.arrayContaining(['fe01.contoso.example', 'contoso.example']),
      keyHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(fe01.cert.startsWith(String(shown.certificate))).toBe(true);
    const unknown = await scene.ask('/certificates/0a', scene.alice);
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toMatchObject({ reason: 'certificate-unknown' });
  });

  it('are for administrators only', async () => {
    for (const path of ['/certificates', `/certificates/${fe01.serialHex}`]) {
      expect((await scene.ask(path, fe01)).status).toBe(403);
      expect((await scene.ask(path)).status).toBe(401);
    }
    const { request } = await requestFor('fe01.contoso.example');
    expect((await order({ server: 'fe01.contoso.example', request }, fe01)).status).toBe(403);
  });

  it.each([
    '?limit=0',
    '?limit=1001',
    '?limit=1e2',
    '?after=nowhere',
    '?profile=root',
    '?expired=maybe',
    '?sort=up',
    '?subject=a&subject=b',
    `?subject=${'a'.repeat(257)}`,
  ])('are refused to a query that has another form: %s', async (query) => {
    const response = await scene.ask(`/certificates${query}`, scene.alice);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ reason: 'malformed-request' });
  });
});

describe('a join token', () => {
  const orderToken = async (server: string) => {
    const body = JSON.stringify({ server });
    return (await scene.ask('/join-tokens', scene.alice, { method: 'POST', body })).json();
  };

  it('is not given for a server for which the topology has closed the link to the authority: it could never join', async () => {
    const servers = [frontEnd('fe01.contoso.example'), frontEnd('fe02.contoso.example')];
    const open = document([...servers, { fqdn: 'edge1.contoso.example', role: 'edge' }], first);
    const row = links.memberToAuthority.row;
    const closed = {
      ...document(open.servers.slice(1), open),
      links: [{ row, a: ['edge1.contoso.example'], closed: true as const }],
    };
    await scene.publish(signed(open));
    expect(await orderToken('edge1.contoso.example')).toHaveProperty('token');
    await scene.publish(signed(closed));
    expect(await orderToken('edge1.contoso.example')).toMatchObject({
      status: 409,
      reason: 'authority-link-closed',
      remedy: expect.stringContaining(`entente topology remove ${row} --kind link --a edge1.contoso.example`),
    });
  });

  it('is not given for an authority, which starts with its folder', async () => {
    expect(await orderToken('ca.contoso.example')).toMatchObject({
      status: 403,
      reason: 'profile-not-allowed',
      remedy: expect.stringContaining('entente ca init'),
    });
  });
});

describe('a certificate that an administrator orders', () => {
  it('for a server has the names of the topology, whatever the request leaves out, and says who ordered it', async () => {
    const { request } = await requestFor('fe02.contoso.example');
    const { status, answer } = await order({ server: 'FE02.contoso.example', request });
    expect(status).toBe(201);
    expect(answer.dnsNames).toEqual(
      expect.arrayContaining(['fe02.contoso.example', 'pool01.contoso.example', 'contoso.example']),
    );
    const shown = await (await scene.ask(`/certificates/${answer.serial}`, scene.alice)).json();
    expect(shown).toMatchObject({ subject: 'fe02.contoso.example', requester: 'administrator:alice' });
  });

  it('is refused where the request has a name that the topology does not give', async () => {
    const { request } = await requestFor('fe02.contoso.example', ['fe01.contoso.example']);
    const { status, answer } = await order({ server: 'fe02.contoso.example', request });
    expect({ status, reason: answer.reason }).toEqual({ status: 403, reason: 'name-not-allowed' });
  });

  it('is refused for a server that the topology does not list, and for the authority', async () => {
    for (const [server, reason] of [
      ['fe09.contoso.example', 'not-in-topology'],
      ['ca.contoso.example', 'profile-not-allowed'],
    ] as const) {
      const { request } = await requestFor(server);
      const { status, answer } = await order({ server, request });
      expect({ status, reason: answer.reason }).toEqual({ status: 403, reason });
    }
  });

  it('for an administrator is the next one of their own, and of nobody else', async () => {
    const { key, request } = await requestFor('alice');
    const { status, answer } = await order({ request });
    expect({ status, subject: answer.subject }).toEqual({ status: 201, subject: 'alice' });
    const next = { cert: String(answer.certificate), key: key.privateKeyPem };
    expect((await scene.ask('/certificates', next)).status).toBe(200);
    const other = await requestFor('bob');
    expect((await order({ request: other.request })).answer.reason).toBe('name-not-allowed');
  });

  it('comes not with a request of another form', async () => {
    const { request } = await requestFor('fe02.contoso.example');
    for (const fields of [
      {},
      { request: 'nothing' },
      { request, server: 1 },
      { request, names: ['fe01.contoso.example'] },
      { request: request.repeat(2) },
      { request: fe01.cert },
      { request: `${request}${' '.repeat(40_000)}` },
    ]) {
      const { status, answer } = await order({ server: 'fe02.contoso.example', ...fields });
      expect({ status, reason: answer.reason }).toEqual({ status: 400, reason: 'malformed-request' });
    }
  });

  it('does not reach an administrator whose certificate has been revoked', async () => {
    const { request } = await requestFor('alice');
    const body = JSON.stringify({ serial: serialOf(scene.alice), reason: 'superseded' });
    const next = await requestFor('alice');
    const successor = {
      cert: String((await order({ request: next.request })).answer.certificate),
      key: next.key.privateKeyPem,
    };
    await scene.ask('/revoke', successor, { method: 'POST', body });
    await expect(order({ request })).rejects.toThrow();
    const { certificates } = (await (await scene.ask(`/certificates?subject=alice`, successor)).json()) as {
      certificates: Row[];
    };
    expect(certificates.find(({ serial }) => serial === serialOf(scene.alice))).toMatchObject({
      revocation: { reason: 'superseded' },
    });
  });
});
