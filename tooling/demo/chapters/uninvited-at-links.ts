import tls from 'node:tls';
import { type AppProcess, createTestAuthority, type Network, type TestCertificate } from '@entente/testkit';
import { nextRefusal } from '@entente/testkit/repository';
import { links, type Row, type Service } from '@entente/topology';
import { places } from '../network/whole-contoso.ts';
import type { Scene } from './chapter.ts';

/** A peer that dials a server inside, and must be refused. */
interface UninvitedAtLink {
  readonly row: Row;
  readonly attack: string;
  readonly expected: string;
  /** FQDN of the server that is dialled, and what it is asked for. */
  readonly at: readonly [fqdn: string, service: Service];
  /** What the peer shows; undefined: nothing. */
  readonly shows: (network: Network) => Promise<TestCertificate | undefined>;
}

const dayMs = 86_400_000;
const [frontEnd, director, edge] = ['fe1', 'dir1', 'edge1'].map((name) => `${name}.contoso.example`) as [
  string,
  string,
  string,
];

/** A certificate that an insider made with the stolen key of the issuing CA. */
function insider(names: readonly string[], more: object = {}): UninvitedAtLink['shows'] {
  return (network) =>
    network.insider.issue({
      dnsNames: [...names],
      uris: names.map((name) => `sip:${name}`),
      crlUrl: network.crlUrl,
      ...more,
    });
}

/** At the links of mediation, the chat server and web services. */
export const uninvitedAtServices: readonly UninvitedAtLink[] = [
  {
    row: links.frontEndToMediation,
    attack: 'a front end whose certificate has expired calls at the cost of the organisation',
    expected: 'certificate-expired',
    at: [places.mediation, 'sip'],
    shows: insider([frontEnd], { notBefore: Date.now() - 2 * dayMs, notAfter: Date.now() - dayMs }),
  },
  {
    row: links.mediationToGateway,
    attack: 'a front end connects at the port for gateways',
    expected: 'role-not-allowed-on-link',
    at: [places.mediation, 'gateway'],
    shows: insider([frontEnd]),
  },
  {
    row: links.frontEndToApplication,
    attack: 'a gateway connects to the chat server',
    expected: 'role-not-allowed-on-link',
    at: [places.chat, 'sip'],
    shows: insider([places.gateway]),
  },
  {
    row: links.reverseProxyToWebServices,
    attack: 'a client without a certificate connects where web services take reverse proxies',
    expected: 'no-certificate',
    at: [places.webServices, 'proxied'],
    shows: async () => undefined,
  },
  {
    row: links.webServicesToFrontEnd,
    attack: 'a reverse proxy connects to a front end, past web services',
    expected: 'role-not-allowed-on-link',
    at: [frontEnd, 'web'],
    shows: insider([places.reverseProxy]),
  },
];

/** At the links of directors, and of edges inside. */
export const uninvitedAtEdges: readonly UninvitedAtLink[] = [
  {
    row: links.edgeToDirector,
    attack: 'somebody with a certificate of an unknown CA connects to a director as an edge',
    expected: 'unknown-issuer',
    at: [director, 'sip'],
    shows: async () => (await createTestAuthority('Unknown Root')).issue({ dnsNames: [edge] }),
  },
  {
    row: links.directorToFrontEnd,
    attack: 'web services connect to a director',
    expected: 'role-not-allowed-on-link',
    at: [director, 'sip'],
    shows: insider([places.webServices]),
  },
  {
    row: links.edgeToMediation,
    attack: 'a mediation server that is not in the topology connects to an edge',
    expected: 'not-in-topology',
    at: [edge, 'sip'],
    shows: insider(['med9.contoso.example']),
  },
  {
    row: links.edgeToEdge,
    attack: 'a server with a certificate of two others connects to an edge',
    expected: 'identity-ambiguous',
    at: [edge, 'sip'],
    shows: insider(['edge2.contoso.example', frontEnd]),
  },
];

/** Lets each of them try. */
export async function refuseUninvited(
  { contoso, stage, whole }: Scene,
  uninvited: readonly UninvitedAtLink[],
): Promise<void> {
  stage.paper.title('Peers that are refused on these links');
  for (const { at, attack, expected, row, shows } of uninvited)
    await stage.refuse(
      attack,
      async () => {
        const [fqdn, service] = at;
        const server = contoso.processes.find(({ name }) => name === fqdn);
        if (server === undefined) throw new Error(`${fqdn} does not run`);
        const record = await dial(server, whole.portOf(fqdn, service), await shows(contoso));
        return {
          attack,
          refusedBy: fqdn,
          reason: record.reason ?? 'none',
          expected,
          remedy: String(record.remedy ?? ''),
        };
      },
      row.row,
    );
}

/** Dials as a server would, and waits for what the other side writes about it. */
async function dial(server: AppProcess, port: number, shown: TestCertificate | undefined) {
  const refused = nextRefusal(server);
  const socket = tls.connect({
    host: '127.0.0.1',
    port,
    servername: server.name,
    ...(shown === undefined ? {} : { cert: shown.chainPem, key: shown.keyPem }),
    // An attacker does not verify the server.
    rejectUnauthorized: false,
  });
  socket.on('error', () => {});
  try {
    return await refused;
  } finally {
    socket.destroy();
  }
}
