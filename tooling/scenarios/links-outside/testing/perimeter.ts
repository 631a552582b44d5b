import { randomBytes } from 'node:crypto';
import { verifiersOf } from '@entente/accounts';
import { KnownAccounts } from '@entente/accounts/feed';
import { serveEdge } from '@entente/edge';
import { serveFrontEnd } from '@entente/front-end';
import type { ServiceResolver } from '@entente/sip-endpoint/resolve';
import { createSealing } from '@entente/sip-proxy';
import { accountCredentials } from '@entente/sip-relay/users';
import { createTestAuthority, freePorts, type TestAuthority, type TestCertificate } from '@entente/testkit';
import { anchorOf } from '@entente/testkit/repository';
import { sampleDocument, sampleTopology } from '@entente/testkit/topology';
import { openTrust, type ServeLimits } from '@entente/tls';
import { type LinkNarrowing, links, type ServerEntry, type TopologyDocument } from '@entente/topology';
import { decodePemCertificates } from '@entente/x509';
import { ServerPeer } from '../../../../packages/mediation/test/server-peer.ts';
import { Lines } from '../../harness/kept.ts';
import { credentialOf, memberHere, sharedKeys } from '../../harness/member-here.ts';
import { Opened } from '../../harness/opened.ts';
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
  const opened = new Opened();
  const directory = await opened.folder();
  const lists = opened.use(await startListServer());
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
  // What the other side allows is not in question where ours is.
  const allowing = sampleTopology(document);
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
  const trust = opened.use(
    await openTrust({ anchors: { pem: ours.certificatePem }, crls: { pem: ourList } }),
  );
  const lines = new Lines();
  const keys = sharedKeys();
  const memberOf = async (fqdn: string, certificate: TestCertificate) =>
    memberHere({ fqdn, identity: await credentialOf(certificate), trust, topology, keys });
  const known = new KnownAccounts();
  const address = `alice@${domain}`;
  const verifiers = verifiersOf(address, password) ?? {};
  known.apply([{ address, account: { address, verifiers, state: 'enabled', rights: [] } }]);
  opened.use(
    await serveFrontEnd({
      member: await memberOf(frontEndName, await issue([frontEndName, pool, domain])),
      logger: lines.logger(frontEndName),
      credentials: accountCredentials({ known }),
    }),
  );
  opened.use(
    await serveEdge({
      member: await memberOf(edgeName, await issue([edgeName])),
      externalIdentity: await credentialOf(await issue([accessName, domain])),
      logger: lines.logger(edgeName),
      resolver: dnsOf(partnerPort),
      addresses: new Map([[partnerHost, '127.0.0.1']]),
      cacheDirectory: directory,
      ...(edgeLimits === undefined ? {} : { limits: edgeLimits }),
    }),
  );
  return {
    authorities: { ours, theirs, foreign },
    issue,
    revoked,
    lines: lines.all,
    allowing,
    trust,
    /** What another server of ours is made of. */
    partsOf: async (fqdn: string) => ({
      member: await memberOf(fqdn, await issue([fqdn])),
      logger: lines.logger(fqdn),
    }),
    /** A server of ours whose every message a test writes. */
    async peer(fqdn: string) {
      const identity = await credentialOf(await issue([fqdn]));
      return opened.use(new ServerPeer({ fqdn, identity, topology: () => allowing, trust }));
    },
    /** Seals what the servers write into routes. */
    sealing: createSealing(keys, randomBytes),
    /** Where the edge and the front end listen, and where DNS says that the partner does. */
    ports: { sip, inside, clients, federation, partner: partnerPort },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
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
