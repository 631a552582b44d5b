import { get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { joinDomain } from '@entente/member';
import type { RefusalEntry } from '../network/account.ts';
import type { AppProcess, LogRecord } from '../network/app-process.ts';
import type { Network } from '../network/network.ts';
import { createTestAuthority, type TestCertificate } from '../test-authority.ts';
import { createTestLog } from '../test-log.ts';

/** A peer whose connection or request must be refused, and the reason that must be logged. */
export interface UninvitedPeer {
  /** What is attempted, a sentence without full stop. */
  readonly attack: string;
  /** Stable literal of the reason that must be logged. */
  readonly expected: string;
  /** Attempts it. @returns the refusal as the refusing process logged it */
  run(network: Network): Promise<{ readonly refusedBy: string; readonly record: LogRecord }>;
}

const dayMs = 86_400_000;

/** Runs the attack of a peer. @throws if it is not refused */
export async function refusalOf(network: Network, peer: UninvitedPeer): Promise<RefusalEntry> {
  const { refusedBy, record } = await peer.run(network);
  return {
    attack: peer.attack,
    refusedBy,
    reason: record.reason ?? 'none',
    expected: peer.expected,
    remedy: String(record.remedy ?? ''),
  };
}

/** Dials a front end as a server would, and waits for what the front end writes about it. */
async function dialFrontEnd(network: Network, certificate: Pick<TestCertificate, 'chainPem' | 'keyPem'>) {
  const [frontEnd] = network.frontEnds as [AppProcess];
  const port = network.organisation.frontEnds[0]?.port ?? 0;
  const refused = nextRefusal(frontEnd);
  const socket = tls.connect({
    host: '127.0.0.1',
    port,
    cert: certificate.chainPem,
    key: certificate.keyPem,
    servername: network.organisation.domain,
    // An attacker does not verify the server.
    rejectUnauthorized: false,
  });
  socket.on('error', () => {});
  try {
    return { refusedBy: frontEnd.name, record: await refused };
  } finally {
    socket.destroy();
  }
}

/** The next refusal that a process logs from now on. */
export function nextRefusal(
  process: AppProcess,
  wanted: (record: LogRecord) => boolean = () => true,
): Promise<LogRecord> {
  const known = new Set(process.records);
  return process.waitFor(
    'a refusal',
    (record) => record.event === 'refused' && !known.has(record) && wanted(record),
  );
}

/** A certificate that an insider made with the stolen key of the issuing CA. */
function insiderPeer(
  attack: string,
  expected: string,
  options: (network: Network) => Parameters<Network['insider']['issue']>[0],
): UninvitedPeer {
  return {
    attack,
    expected,
    run: async (network) => dialFrontEnd(network, await network.insider.issue(options(network))),
  };
}

const secondFrontEnd = (network: Network): string => `fe2.${network.organisation.domain}`;

/** Joins the domain as the gateway, as its operator would, and keeps the certificate. */
async function joinAsGateway(network: Network): Promise<TestCertificate> {
  const { addresses, administrator, directory, organisation } = network;
  const { fqdn } = organisation.gateway;
  await using member = await joinDomain({
    fqdn,
    directory: join(directory, fqdn),
    token: await administrator.joinToken(fqdn),
    addresses,
    log: createTestLog(),
  });
  const { certificatePem, keyPem, leaf } = member.identity.current;
  return { chainPem: certificatePem, certificatePem, keyPem, serialHex: leaf.serialHex };
}

let gateway: { readonly network: Network; readonly certificate: TestCertificate } | undefined;

/** The gateway's certificate; it joins once in each network. */
async function gatewayCertificate(network: Network): Promise<TestCertificate> {
  if (gateway?.network !== network) gateway = { network, certificate: await joinAsGateway(network) };
  return gateway.certificate;
}

const wrongName: UninvitedPeer = {
  attack: 'an impostor answers for the domain with a valid certificate for another name',
  expected: 'name-mismatch',
  async run(network) {
    const certificate = await network.insider.issue({
      dnsNames: [`rogue.${network.organisation.domain}`],
      crlUrl: network.crlUrl,
    });
    const impostor = tls.createServer({ cert: certificate.chainPem, key: certificate.keyPem }, (socket) =>
      socket.on('error', () => {}),
    );
    await new Promise<void>((resolve) => impostor.listen(0, '127.0.0.1', resolve));
    try {
      const victim = await network.startUser('dave', { port: (impostor.address() as AddressInfo).port });
      const { record } = await victim.register().then(
        () => ({ record: {} as LogRecord }),
        () => ({ record: victim.process.records.find(({ event }) => event === 'refused') ?? {} }),
      );
      await victim.process.stop();
      return { refusedBy: victim.process.name, record };
    } finally {
      impostor.close();
    }
  },
};

const wrongLink: UninvitedPeer = {
  attack: 'a gateway of the topology connects to a front end, which no row of the allow matrix allows',
  expected: 'role-not-allowed-on-link',
  run: async (network) => dialFrontEnd(network, await gatewayCertificate(network)),
};

const revoked: UninvitedPeer = {
  attack: 'a server uses a certificate that has been revoked',
  expected: 'revoked',
  async run(network) {
    const certificate = await gatewayCertificate(network);
    const number = await network.administrator.revoke(certificate.serialHex);
    await (network.frontEnds[0] as AppProcess).waitFor(
      `revocation list ${number}`,
      (record) => record.event === 'revocation-list' && Number(record.number) >= number,
    );
    return dialFrontEnd(network, certificate);
  },
};

const noCertificate: UninvitedPeer = {
  attack: 'a client without a certificate requests the topology from the authority',
  expected: 'no-certificate',
  async run(network) {
    const refused = nextRefusal(network.authority);
    const { authority } = network.organisation;
    await new Promise<void>((resolve, reject) => {
      const asking = get(
        {
          host: '127.0.0.1',
          port: authority.httpsPort,
          servername: authority.fqdn,
          path: '/topology',
          rejectUnauthorized: false,
          agent: false,
        },
        (response) => response.resume().once('end', resolve),
      );
      asking.once('error', reject);
    });
    return { refusedBy: network.authority.name, record: await refused };
  },
};

const fromAnother: UninvitedPeer = {
  attack: 'a user sends From another user',
  expected: 'identity-not-authorised',
  async run(network) {
    const [frontEnd] = network.frontEnds as [AppProcess];
    const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => network.user(name).user.address);
    const refused = nextRefusal(frontEnd, ({ method }) => method === 'MESSAGE');
    const outcome = await network
      .user('alice')
      .message(`sip:${carol}`, `I am ${bob}, says ${alice}`, `sip:${bob}`);
    if (outcome.status !== 403) throw new Error(`the front end answered ${outcome.status ?? 'nothing'}`);
    return { refusedBy: frontEnd.name, record: await refused };
  },
};

/** The attacks that one organisation refuses. */
export const uninvitedPeers: readonly UninvitedPeer[] = [
  {
    attack: 'a server whose certificate comes from an unknown CA',
    expected: 'unknown-issuer',
    async run(network) {
      const unknown = await createTestAuthority('Unknown Root');
      return dialFrontEnd(network, await unknown.issue({ dnsNames: [secondFrontEnd(network)] }));
    },
  },
  wrongName,
  insiderPeer('a server whose certificate has expired', 'certificate-expired', (network) => ({
    dnsNames: [secondFrontEnd(network)],
    notBefore: Date.now() - 2 * dayMs,
    notAfter: Date.now() - dayMs,
  })),
  insiderPeer('a server whose certificate is not valid yet', 'certificate-not-yet-valid', (network) => ({
    dnsNames: [secondFrontEnd(network)],
    notBefore: Date.now() + dayMs,
    notAfter: Date.now() + 2 * dayMs,
  })),
  insiderPeer(
    'a server with a valid certificate that is not in the topology',
    'not-in-topology',
    (network) => ({
      dnsNames: [`rogue.${network.organisation.domain}`],
    }),
  ),
  wrongLink,
  revoked,
  noCertificate,
  fromAnother,
];
