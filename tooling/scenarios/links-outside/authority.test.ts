import { createTestAuthority, freePorts, type TestAuthority, type TestCertificate } from '@entente/testkit';
import { until } from '@entente/testkit/repository';
import { links } from '@entente/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { frontEnd } from '../../../apps/authority-server/test/network.ts';
import {
  edgeName,
  frontEndName,
  type PushedNetwork,
  startPushedNetwork,
} from '../../../apps/authority-server/test/pushed-network.ts';
import { dialAt, startImpostor } from '../harness/impostor.ts';
import { logged } from '../harness/logged.ts';
import { insiderOf, issueServer, revoke, shown } from './testing/authority.ts';
import { frontEndName as perimeterFrontEnd, startPerimeter } from './testing/perimeter.ts';

const authorityName = 'ca.contoso.example';
const { authorityToEdge, memberToAuthority } = links;

/** Who shows a certificate, and the reason for which it is refused. */
type Uninvited = readonly [
  what: string,
  reason: string,
  certify: (of: {
    readonly insider: TestAuthority;
    readonly foreign: TestAuthority;
  }) => Promise<TestCertificate>,
];

// Each block goes on with the network of those before it.
let network: PushedNetwork;
let made: { readonly insider: TestAuthority; readonly foreign: TestAuthority };
beforeAll(async () => {
  network = await startPushedNetwork();
  made = { insider: await insiderOf(network.scene), foreign: await createTestAuthority('Another Root') };
});
afterAll(() => network?.[Symbol.asyncDispose]());

describe('an authority that pushes', () => {
  /** The topology has the edge take pushes at another port: the authority dials it there at once. */
  async function publishPort(push: number): Promise<void> {
    const { edge } = network;
    const { internal } = edge.interfaces ?? {};
    const moved = { ...internal, ports: { ...internal?.ports, push } };
    const servers = [
      { fqdn: authorityName, role: 'authority' as const },
      frontEnd(frontEndName),
      { ...edge, interfaces: { ...edge.interfaces, internal: moved } },
    ];
    await network.publish({ servers });
  }

  it.each<Uninvited>([
    ['an unknown CA', 'unknown-issuer', ({ foreign }) => issueServer(foreign, edgeName)],
    [
      'a name that is not in the topology',
      'name-mismatch',
      ({ insider }) => issueServer(insider, 'edge9.contoso.example'),
    ],
    ['a certificate that was revoked', 'revoked', ({ insider }) => issueServer(insider, edgeName)],
  ])('refuses who answers in place of the edge with %s: %s', async (_, reason, certify) => {
    const certificate = await certify(made);
    if (reason === 'revoked') await revoke(network.scene, certificate.certificatePem);
    const [port = 0] = await freePorts(1);
    await using impostor = await startImpostor(port, certificate);
    await publishPort(port);
    const line = { event: 'push-failed', peer: edgeName, link: authorityToEdge.name, reason };
    await logged(() => network.lines, line);
    expect(impostor.heard).toEqual([]);
  });
});

describe('an authority that is dialled', () => {
  /** It closes the connection, and says why to its log alone. */
  async function cutOff(certificate: TestCertificate, reason: string): Promise<void> {
    const from = network.lines.length;
    await expect(network.scene.ask('/topology', shown(certificate))).rejects.toThrow();
    await logged(() => network.lines.slice(from), { event: 'refused', reason });
  }

  it.each<Uninvited>([
    ['a member of an unknown CA', 'unknown-issuer', ({ foreign }) => issueServer(foreign, frontEndName)],
    ['another authority', 'role-not-allowed-on-link', ({ insider }) => issueServer(insider, authorityName)],
  ])('refuses %s: %s', async (_, reason, certify) => {
    await cutOff(await certify(made), reason);
  });

  it('refuses an administrator whose certificate was revoked: revoked', async () => {
    const uri = 'entente://contoso.example/administrators/bob';
    const bob = await made.insider.issue({
      dnsNames: [],
      uris: [uri],
      commonName: 'bob',
      usages: ['clientAuth'],
    });
    expect((await network.scene.ask('/topology', shown(bob))).status).toBe(200);
    await revoke(network.scene, bob.certificatePem);
    await cutOff(bob, 'revoked');
  });

  it('refuses an edge that dials although only pushes are open to it: role-not-allowed-on-link', async () => {
    const edge = await issueServer(made.insider, edgeName);
    expect((await network.scene.ask('/topology', shown(edge))).status).toBe(200);
    await network.publish({ links: [{ row: memberToAuthority.row, a: [edgeName], closed: true }] });
    await cutOff(edge, 'role-not-allowed-on-link');
  });
});

describe('a member that dials its authority', () => {
  let revoked: TestCertificate;
  let port: number;
  let start = (): void => {};
  let started: Promise<void>;
  beforeAll(async () => {
    const { scene } = network;
    revoked = await issueServer(made.insider, authorityName);
    const number = await revoke(scene, revoked.certificatePem);
    await using member = await network.join(frontEndName);
    await until(() => member.revocationLists.some(({ crlNumber }) => Number(crlNumber ?? 0n) === number));
    ({ port } = scene.server().https);
    const over = new Promise<void>((resolve) => {
      start = resolve;
    });
    await new Promise<void>((resolve) => {
      started = scene.stopped(async () => {
        resolve();
        await over;
      });
    });
  });
  afterAll(async () => {
    start();
    await started;
  });

  it.each<Uninvited>([
    ['an unknown CA', 'unknown-issuer', ({ foreign }) => issueServer(foreign, authorityName)],
    ['another name', 'name-mismatch', ({ insider }) => issueServer(insider, 'ca9.contoso.example')],
    ['a certificate that was revoked', 'revoked', async () => revoked],
    ['the role of an edge', 'name-mismatch', ({ insider }) => issueServer(insider, edgeName)],
  ])('refuses who answers there with %s: %s', async (_, reason, certify) => {
    await using impostor = await startImpostor(port, await certify(made));
    const from = network.linesOf(frontEndName).length;
    await using member = await network.comeBack(frontEndName, 'free');
    await logged(() => network.linesOf(member.fqdn).slice(from), { event: 'authority-refused', reason });
    expect(impostor.heard).toEqual([]);
  });

  it('refuses its authority where that dials it at the port for servers: role-not-allowed-on-link', async () => {
    await using perimeter = await startPerimeter();
    const socket = dialAt(perimeter.ports.sip, await perimeter.issue([authorityName]));
    const line = { by: perimeterFrontEnd, event: 'refused', reason: 'role-not-allowed-on-link' };
    await logged(() => perimeter.lines, line);
    socket.destroy();
  });
});

describe('the port of an edge for pushes', () => {
  it('refuses an authority for which the topology closes the row, and one whose certificate was revoked', async () => {
    await using network = await startPushedNetwork();
    const insider = await insiderOf(network.scene);
    const edge = await network.join(edgeName);
    const other = 'ca2.contoso.example';
    await network.publish({
      servers: [
        { fqdn: authorityName, role: 'authority' },
        { fqdn: other, role: 'authority' },
        frontEnd(frontEndName),
        network.edge,
      ],
      links: [{ row: authorityToEdge.row, a: [other], closed: true }],
    });
    await expect.poll(() => edge.topology.document.version).toBe(2);
    const closed = dialAt(network.pushPort, await issueServer(insider, other));
    await logged(() => network.linesOf(edgeName), {
      event: 'refused',
      reason: 'role-not-allowed-on-link',
      link: authorityToEdge.name,
    });
    closed.destroy();
    const impostor = await issueServer(insider, authorityName);
    const number = await revoke(network.scene, impostor.certificatePem);
    await expect
      .poll(() => edge.revocationLists.map(({ crlNumber }) => Number(crlNumber ?? 0n)))
      .toContain(number);
    const socket = dialAt(network.pushPort, impostor);
    await logged(() => network.linesOf(edgeName), {
      event: 'refused',
      reason: 'revoked',
      link: authorityToEdge.name,
    });
    socket.destroy();
  });
});
