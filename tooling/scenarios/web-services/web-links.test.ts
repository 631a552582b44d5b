import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TestCertificate } from '@entente/testkit';
import { authorise, links, takesFrom } from '@entente/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { domain, firstPassword, startWebNetwork, type WebNetwork } from './testing/web-network.ts';
import { WebUser } from './testing/web-user.ts';

/** Peers whom both ends of a link refuse, and the reason. */
const uninvited: readonly (readonly [
  title: string,
  reason: string,
  show: (network: WebNetwork, expected: string) => Promise<TestCertificate>,
])[] = [
  ['a CA that nobody knows', 'unknown-issuer', ({ foreign }, name) => foreign.issue({ dnsNames: [name] })],
  [
    'a name that is not in the topology',
    'not-in-topology',
    ({ root }) => root.issue({ dnsNames: ['web9.contoso.example'] }),
  ],
  [
    'a certificate that was revoked',
    'revoked',
    async ({ revoked }, name) => (name.startsWith('rp') ? revoked.proxy : revoked.web),
  ],
  ['another role', 'role-not-allowed-on-link', ({ certificateOf }) => certificateOf('med1.contoso.example')],
  [
    'a front end, in the other direction',
    'role-not-allowed-on-link',
    ({ certificateOf }) => certificateOf('fe2.contoso.example'),
  ],
];

/** The reasons of what a server has refused, each with something to do about it. */
const reasonsAt = ({ lines }: WebNetwork, server: string) =>
  lines.flatMap(({ by, reason, remedy }) => (by === server && remedy ? [reason] : []));

describe('a reverse proxy asks web services', () => {
  let network: WebNetwork;
  beforeAll(async () => {
    network = await startWebNetwork();
  });
  afterAll(() => network?.[Symbol.asyncDispose]());

  it('and is answered', async () => {
    const user = await network.throughProxy();
    expect(await user.signIn(`alice@${domain}`, firstPassword)).toMatchObject({ status: 200 });
    expect(network.lines).toContainEqual(
      expect.objectContaining({
        event: 'link',
        link: links.reverseProxyToWebServices.row,
        from: 'rp1.contoso.example',
      }),
    );
  });

  it.each(uninvited)('refuses %s: %s', async (_title, reason, show) => {
    const shown = await show(network, 'rp1.contoso.example');
    await expect((await network.throughProxy({ shown })).get('/')).rejects.toThrow();
    expect(reasonsAt(network, 'web1.contoso.example')).toContain(reason);
  });

  it('refuses a client without certificate, and one that speaks no TLS', async () => {
    const port = network.web.proxiedPort ?? 0;
    await expect(network.user({ port }).get('/')).rejects.toThrow();
    await expect(network.user({ port, isPlain: true }).get('/')).rejects.toThrow();
    expect(reasonsAt(network, 'web1.contoso.example')).toContain('no-certificate');
  });

  it('is never opened by web services', () => {
    const judge = authorise(network.topology, { fqdn: 'rp1.contoso.example', interface: 'internal' });
    const verdict = judge({ dnsNames: ['web1.contoso.example'], sipDomains: [] }, { direction: 'inbound' });
    const { row } = links.reverseProxyToWebServices;
    expect(verdict).toMatchObject({ ok: false, rejection: { reason: 'direction-not-allowed', row } });
  });
});

describe('web services ask a front end', () => {
  let network: WebNetwork;
  beforeAll(async () => {
    network = await startWebNetwork();
  });
  afterAll(() => network?.[Symbol.asyncDispose]());

  const asking = ({ certificatePem: ca }: { certificatePem: string }, shown: TestCertificate, port: number) =>
    new WebUser({
      port,
      name: 'fe1.contoso.example',
      ca,
      certificate: { cert: shown.chainPem, key: shown.keyPem },
    });

  it.each(uninvited)('refuses %s: %s', async (_title, reason, show) => {
    const shown = await show(network, 'web1.contoso.example');
    const port = network.webPortOf('fe1.contoso.example');
    await expect(asking(network.root, shown, port).post('/web/session', { token: 'x' })).rejects.toThrow();
    expect(reasonsAt(network, 'fe1.contoso.example')).toContain(reason);
  });

  it('refuses a client without certificate', async () => {
    const port = network.webPortOf('fe1.contoso.example');
    const nobody = new WebUser({ port, name: 'fe1.contoso.example', ca: network.root.certificatePem });
    await expect(nobody.post('/web/session', { token: 'x' })).rejects.toThrow();
    expect(reasonsAt(network, 'fe1.contoso.example')).toContain('no-certificate');
  });

  it('answers web services nothing but what is written, in the form that is written', async () => {
    const shown = await network.certificateOf('web1.contoso.example');
    const port = network.webPortOf('fe1.contoso.example');
    const asked = () => asking(network.root, shown, port);
    const cases = [
      [404, asked().post('/web/', {})],
      [404, asked().post('/web/session/../session', {})],
      [404, asked().get('/metrics')],
      [405, asked().get('/web/session')],
      [400, asked().post('/web/session', {})],
      [400, asked().post('/web/session', { token: 'x', more: 'y' })],
      [400, asked().post('/web/session', { token: 7 })],
      [400, asked().post('/web/session', '[]')],
      [400, asked().post('/web/session', '{')],
      [400, asked().post('/web/session', { token: 'x' }, { 'content-type': 'text/plain' })],
      [413, asked().post('/web/session', { token: 'x'.repeat(5_000) })],
      [401, asked().post('/web/session', { token: 'x' })],
      [400, asked().post('/web/sign-in', { address: 'a', password: 'b', client: 'somewhere' })],
    ] as const;
    for (const [status, answer] of cases)
      expect(await answer).toMatchObject({ status, json: { reason: expect.any(String), status } });
    expect((await asked().get('/web/session')).headers).toMatchObject({ allow: 'POST' });
  });

  it('has no listener where the topology closes the row, or lets no requests be sent on it', () => {
    const topologyWith = (narrowing: object) => ({
      ...network.topology,
      narrowings: new Map([[links.webServicesToFrontEnd.row, [{ closed: false, ...narrowing }]]]),
    });
    const own = (narrowing: object) =>
      takesFrom(topologyWith(narrowing), 'fe1.contoso.example', links.webServicesToFrontEnd);
    expect(own({})?.ports.web).toBe(network.frontEndPort);
    expect([own({ closed: true }), own({ maySend: 'b' }), own({ mayOpen: 'b' })]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('web services that ask a front end', () => {
  let network: WebNetwork;
  beforeAll(async () => {
    network = await startWebNetwork({ withoutFrontEnds: true });
  });
  afterAll(() => network?.[Symbol.asyncDispose]());

  /** Something else stands where the front end would be. */
  async function signInAt(shown: TestCertificate) {
    const seen: string[] = [];
    const server = createServer({ cert: shown.chainPem, key: shown.keyPem }, (incoming, outgoing) => {
      seen.push(incoming.url ?? '');
      outgoing.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(network.frontEndPort, '127.0.0.1', resolve));
    expect((server.address() as AddressInfo).port).toBe(network.frontEndPort);
    try {
      return { answer: await network.user().signIn(`alice@${domain}`, firstPassword), seen };
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  }

  const impostors: typeof uninvited = [
    [
      'a CA that nobody knows',
      'unknown-issuer',
      ({ foreign }) => foreign.issue({ dnsNames: ['fe1.contoso.example'] }),
    ],
    ['another name', 'name-mismatch', ({ root }) => root.issue({ dnsNames: ['fe9.contoso.example'] })],
    [
      'the name of its pool alone',
      'name-mismatch',
      ({ root }) => root.issue({ dnsNames: ['pool1.contoso.example'] }),
    ],
    ['a certificate that was revoked', 'revoked', async ({ revokedFrontEnd }) => revokedFrontEnd],
    ['another role', 'name-mismatch', ({ certificateOf }) => certificateOf('med1.contoso.example')],
    [
      'a certificate of two servers',
      'identity-ambiguous',
      ({ root }) => root.issue({ dnsNames: ['fe1.contoso.example', 'med1.contoso.example'] }),
    ],
  ];

  it.each(impostors)('hand no password to %s: %s', async (_title, reason, show) => {
    const { answer, seen } = await signInAt(await show(network, ''));
    expect(answer).toMatchObject({ status: 503, json: { reason: 'unavailable' } });
    expect(seen).toEqual([]);
    expect(reasonsAt(network, 'web1.contoso.example')).toContain(reason);
    expect(answer.text).not.toContain('fe1');
  });
});
