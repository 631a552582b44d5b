import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifiersOf } from '@entente/accounts';
import { KnownAccounts } from '@entente/accounts/feed';
import { serveEdge } from '@entente/edge';
import { serveFrontEnd } from '@entente/front-end';
import type { Logger } from '@entente/host';
import type { Member, PurposeKeys } from '@entente/member';
import type { ServiceResolver } from '@entente/sip-endpoint/resolve';
import { createSealing } from '@entente/sip-proxy';
import { accountCredentials } from '@entente/sip-relay/users';
import {
  createTestAuthority,
  createTestLog,
  freePorts,
  type TestAuthority,
  type TestCertificate,
} from '@entente/testkit';
import { anchorOf } from '@entente/testkit/repository';
import { sampleDocument, sampleTopology } from '@entente/testkit/topology';
import { loadCredential, openTrust, type ServeLimits } from '@entente/tls';
import {
  authorise,
  type LinkNarrowing,
  links,
  type ServerEntry,
  type TopologyDocument,
} from '@entente/topology';
import type { Authorise } from '@entente/trust';
import { decodePemCertificates } from '@entente/x509';
import { startListServer } from './list-server.ts';

/** Our domain, and that of the partner. */
export const [domain, partnerDomain] = ['contoso.example', 'fabrikam.example'];
/** Of alice, our one user. */
export const password = 'correct horse battery';
/** A server that does not run. */
export const authorityName = 'ca.contoso.example';
/** The servers that run. */
export const [edgeName, frontEndName] = ['edge1.contoso.example', 'fe1.contoso.example'];
const [pool, accessName, partnerHost] = [
  'pool1.contoso.example',
  'access.contoso.example',
  'access.fabrikam.example',
];

/** A line of a log, and the server that wrote it. */
export interface PerimeterLine {
  readonly server: string;
  readonly message: string;
  readonly event?: string;
  readonly reason?: string;
  readonly remedy?: string;
  readonly link?: string;
}

/** What else the topology of a perimeter has. */
export interface PerimeterParts extends Partial<Pick<TopologyDocument, 'pools' | 'telephony' | 'users'>> {
  /** Before those that the perimeter has. */
  readonly servers?: readonly ServerEntry[];
  /** Of the edge. */
  readonly edgePool?: string;
  /** Prefixes of the numbers of the partner. */
  readonly numbers?: readonly string[];
  /** Domain of a second partner, whose root is that of the third authority: it is known then. */
  readonly secondPartner?: string;
  /** Of each listener of the edge. */
  readonly edgeLimits?: ServeLimits;
}

/**
 * An edge and a front end on real sockets, and three authorities: ours, that of a partner, and one that nobody knows.
 * @param narrowed - rows that the topology makes narrower
 * @param parts - what else the topology has
 */
export async function startPerimeter(narrowed: readonly LinkNarrowing[] = [], parts: PerimeterParts = {}) {
  const { edgeLimits, edgePool, numbers, pools = [], secondPartner, servers = [], telephony, users } = parts;
  const [ours, theirs, foreign] = (await Promise.all(
    ['Contoso Test Root', 'Fabrikam Test Root', 'Another Root'].map(createTestAuthority),
  )) as [TestAuthority, TestAuthority, TestAuthority];
  const lists = await startListServer();
  const directory = await mkdtemp(join(tmpdir(), 'entente-perimeter-'));
  const [sip = 0, inside = 0, clients = 0, federation = 0, partnerPort = 0] = await freePorts(5);
  const at = (ports: Record<string, number>) => ({ address: '127.0.0.1', ports });
  const document: Partial<TopologyDocument> = {
    pools: [...(sampleDocument().pools ?? []), ...pools],
    ...(telephony === undefined ? {} : { telephony }),
    ...(users === undefined ? {} : { users }),
    servers: [
      ...servers,
      { fqdn: frontEndName, role: 'front-end', pool, interfaces: { internal: at({ sip }) } },
      {
        fqdn: edgeName,
        role: 'edge',
        ...(edgePool === undefined ? {} : { pool: edgePool }),
        interfaces: {
          internal: at({ sip: inside }),
          external: { fqdn: accessName, ...at({ clients, federation }) },
        },
      },
      ...(servers.some(({ role }) => role === 'mediation')
        ? []
        : [{ fqdn: 'med1.contoso.example', role: 'mediation' as const }]),
      { fqdn: authorityName, role: 'authority' },
    ],
    partners: [
      {
        kind: 'allowed-domain',
        id: 'fabrikam',
        domains: [partnerDomain],
        anchors: [anchorOf('root', derOf(theirs.certificatePem))],
        ...(numbers === undefined ? {} : { numbers }),
      },
      ...(secondPartner === undefined
        ? []
        : [
            {
              kind: 'allowed-domain' as const,
              id: 'second',
              domains: [secondPartner],
              anchors: [anchorOf('root', derOf(foreign.certificatePem))],
            },
          ]),
    ],
    // Nobody asks for lists or the bundle here.
    links: [{ row: links.outsiderToEdge.row, closed: true }],
  };
  const topology = sampleTopology({ ...document, links: [...(document.links ?? []), ...narrowed] });
  const crlUrlOf = (issuer: TestAuthority) =>
    issuer === ours
      ? `http://${authorityName}:${lists.port}/ours`
      : `http://${partnerHost}:${lists.port}/${issuer === theirs ? 'theirs' : 'foreign'}`;
  /** A certificate with these names, of us where no issuer is given. */
  const issue = (names: readonly string[], issuer = ours): Promise<TestCertificate> =>
    issuer.issue({
      dnsNames: names,
      uris: names.map((name) => `sip:${name}`),
      crlUrl: crlUrlOf(issuer),
    });
  const revoked = {
    ours: await issue([domain]),
    mediation: await issue(['med1.contoso.example']),
    theirs: await issue([partnerDomain], theirs),
  };
  const ourList = await ours.crl([revoked.ours.serialHex, revoked.mediation.serialHex]);
  lists.publish('/ours', ourList);
  lists.publish('/theirs', await theirs.crl([revoked.theirs.serialHex]));
  lists.publish('/foreign', await foreign.crl([]));
  const trust = await openTrust({ anchors: { pem: ours.certificatePem }, crls: { pem: ourList } });
  const lines: PerimeterLine[] = [];
  const loggerOf = (server: string): Logger =>
    ({
      level: 'debug',
      ...createTestLog(({ fields, message }) => void lines.push({ server, message, ...fields })),
    }) as Logger;
  const credentialOf = async ({ chainPem, keyPem }: TestCertificate) =>
    loadCredential({ certificate: chainPem, key: keyPem });
  const key = { epoch: 1, key: randomBytes(32) };
  const keys = { current: key, keyOf: () => key.key } as PurposeKeys;
  const memberOf = async (fqdn: string, certificate: TestCertificate) =>
    ({
      fqdn,
      identity: await credentialOf(certificate),
      trust,
      topology,
      roots: [],
      revocationLists: [],
      latestSigned: undefined,
      confirmedAt: Date.now(),
      problems: () => [],
      keysFor: () => keys,
      onTopology: () => () => {},
      authorise: (local: Parameters<Member['authorise']>[0]) => authorise(topology, local) as Authorise,
      whileConfirmed: (allow: Authorise) => allow,
    }) as unknown as Member;
  const known = new KnownAccounts();
  const address = `alice@${domain}`;
  const verifiers = verifiersOf(address, password) ?? {};
  known.apply([{ address, account: { address, verifiers, state: 'enabled', rights: [] } }]);
  const frontEnd = await serveFrontEnd({
    member: await memberOf(frontEndName, await issue([frontEndName, pool, domain])),
    logger: loggerOf(frontEndName),
    credentials: accountCredentials({ known }),
  });
  const edge = await serveEdge({
    member: await memberOf(edgeName, await issue([edgeName])),
    externalIdentity: await credentialOf(await issue([accessName, domain])),
    logger: loggerOf(edgeName),
    resolver: dnsOf(partnerPort),
    addresses: new Map([[partnerHost, '127.0.0.1']]),
    cacheDirectory: directory,
    ...(edgeLimits === undefined ? {} : { limits: edgeLimits }),
  });
  return {
    authorities: { ours, theirs, foreign },
    issue,
    revoked,
    lines,
    /** The same without what is narrower: what the other side allows is not in question where ours is. */
    allowing: sampleTopology(document),
    trust,
    /** What another server of ours is made of. */
    partsOf: async (fqdn: string) => ({
      member: await memberOf(fqdn, await issue([fqdn])),
      logger: loggerOf(fqdn),
    }),
    credentialOf,
    /** Seals what the servers write into routes. */
    sealing: createSealing(keys, randomBytes),
    /** Where the edge and the front end listen, and where DNS says that the partner does. */
    ports: { sip, inside, clients, federation, partner: partnerPort },
    async [Symbol.asyncDispose]() {
      for (const item of [edge, frontEnd, trust, lists]) await item[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** See {@link startPerimeter}. */
export type Perimeter = Awaited<ReturnType<typeof startPerimeter>>;

/** DNS that knows one edge of the partner. */
function dnsOf(port: number): ServiceResolver {
  const nothing = async () => {
    throw Object.assign(new Error('no such record'), { code: 'ENODATA' });
  };
  return {
    resolveNaptr: nothing,
    resolve6: nothing,
    resolve4: async (name) => (name === partnerHost ? ['127.0.0.1'] : nothing()),
    resolveSrv: async (name) =>
      name === `_sipfederationtls._tcp.${partnerDomain}`
        ? [{ name: partnerHost, port, priority: 0, weight: 0 }]
        : nothing(),
  };
}

function derOf(pem: string): Uint8Array {
  const decoded = decodePemCertificates(pem);
  if (!decoded.ok || decoded.value[0] === undefined) throw new Error('expected a certificate');
  return decoded.value[0].der;
}
