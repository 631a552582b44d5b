import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { createRequest } from '@entente/sip';
import type { RefusalEntry } from '../network/account.ts';
import type { AppProcess, LogRecord } from '../network/app-process.ts';
import { type Federation, thirdPartner } from '../network/start-network.ts';
import type { TestCertificate } from '../test-authority.ts';
import { nextRefusal } from './uninvited-peers.ts';

/** A peer outside whose connection or request an edge must refuse, and the reason that must be logged. */
export interface UninvitedEdgePeer {
  /** What is attempted, a sentence without full stop. */
  readonly attack: string;
  /** Stable literal of the reason that must be logged. */
  readonly expected: string;
  /** @returns the refusal as the refusing process logged it */
  run(federation: Federation): Promise<{ readonly refusedBy: string; readonly record: LogRecord }>;
}

/** Runs the attack of a peer outside. @throws if it is not refused */
export async function refusalAtEdge(federation: Federation, peer: UninvitedEdgePeer): Promise<RefusalEntry> {
  const { record, refusedBy } = await peer.run(federation);
  return {
    attack: peer.attack,
    refusedBy,
    reason: record.reason ?? 'none',
    expected: peer.expected,
    remedy: String(record.remedy ?? ''),
  };
}

/** A connection of an attacker to contoso's edge, on the federation's port. */
function dialEdge({ contoso }: Federation, certificate: TestCertificate): tls.TLSSocket {
  const { domain, edge } = contoso.organisation;
  const socket = tls.connect({
    host: '127.0.0.1',
    port: edge.externalPorts.federation,
    cert: certificate.chainPem,
    key: certificate.keyPem,
    servername: domain,
    // An attacker does not verify the server.
    rejectUnauthorized: false,
  });
  socket.on('error', () => {});
  return socket;
}

function edgeOf({ contoso }: Federation): AppProcess {
  const edge = contoso.edges.find(({ name }) => name === contoso.organisation.edge.fqdn);
  if (edge === undefined) throw new Error('contoso.example has no edge');
  return edge;
}

function byCertificate(
  attack: string,
  expected: string,
  certify: (federation: Federation) => Promise<TestCertificate>,
): UninvitedEdgePeer {
  return {
    attack,
    expected,
    async run(federation) {
      const edge = edgeOf(federation);
      const certificate = await certify(federation);
      const refused = nextRefusal(edge);
      const socket = dialEdge(federation, certificate);
      try {
        return { refusedBy: edge.name, record: await refused };
      } finally {
        socket.destroy();
      }
    },
  };
}

const fabrikamNames = {
  dnsNames: ['access.fabrikam.example', 'fabrikam.example'],
  uris: ['sip:access.fabrikam.example', 'sip:fabrikam.example'],
};

/** A partner with a valid certificate that sends a request it must not send. */
function byMessage(
  attack: string,
  expected: string,
  parts: Partial<Parameters<typeof createRequest>[0]>,
): UninvitedEdgePeer {
  return {
    attack,
    expected,
    async run(federation) {
      const edge = edgeOf(federation);
      const { fabrikam } = federation;
      const certificate = await fabrikam.outside.insider.issue({
        ...fabrikamNames,
        crlUrl: fabrikam.outside.crlUrl,
      });
      const request = createRequest({
        method: 'MESSAGE',
        uri: 'sip:alice@contoso.example',
        from: '<sip:mallory@fabrikam.example>;tag=m1',
        to: '<sip:alice@contoso.example>',
        callId: `mallory-${expected}-${Date.now()}`,
        cseq: 1,
        via: 'SIP/2.0/TLS access.fabrikam.example;branch=z9hG4bKmallory',
        contentType: 'text/plain',
        body: 'hello',
        ...parts,
      });
      const refused = nextRefusal(edge, ({ method }) => method === request.method);
      const socket = dialEdge(federation, certificate);
      try {
        const answer = finalAnswer(socket);
        socket.write(request.wire, 'latin1');
        const record = await refused;
        plainRefusal(await answer, record);
        return { refusedBy: edge.name, record };
      } finally {
        socket.destroy();
      }
    },
  };
}

/** The first response that is not provisional; an INVITE gets 100 before it. */
function finalAnswer(socket: tls.TLSSocket): Promise<string> {
  return new Promise((resolve) => {
    let heard = '';
    socket.on('data', (bytes) => {
      heard += bytes.toString('latin1');
      const start = heard.search(/^SIP\/2\.0 [2-6]/m);
      if (start !== -1 && heard.includes('\r\n\r\n', start)) resolve(heard.slice(start));
    });
  });
}

/** What a refused partner may learn: a status, but neither the reason nor a name of the inside. */
export function plainRefusal(answer: string, record: LogRecord): void {
  if (!/^SIP\/2\.0 (403|488) /.test(answer))
    throw new Error(`expected a plain 403 or 488, found ${answer.split('\r\n')[0]}`);
  for (const secret of [String(record.reason), 'Entente-Diagnostics', 'fe1.', 'fe2.', 'edge1.']) {
    const [head = ''] = answer.split('\r\n\r\n');
    const own = head.split('\r\n').filter((line) => !/^(Via|From|To|Call-ID|CSeq):/i.test(line));
    if (own.join('\n').includes(secret)) throw new Error(`the refusal tells a partner "${secret}"`);
  }
}

/** DNS leads to an attacker who has a valid certificate, for another name. */
const hijackedName: UninvitedEdgePeer = {
  attack: 'DNS leads to an attacker with a valid certificate for another name',
  expected: 'name-mismatch',
  async run(federation) {
    const { contoso, publicAuthority } = federation;
    const certificate = await publicAuthority.issue(['attacker.example']);
    const attacker = tls.createServer({ cert: certificate.chainPem, key: certificate.keyPem }, (socket) =>
      socket.on('error', () => {}),
    );
    await new Promise<void>((resolve) => attacker.listen(0, '127.0.0.1', resolve));
    const { port } = attacker.address() as AddressInfo;
    contoso.services.set(`_sipfederationtls._tcp.${thirdPartner}`, [
      { target: contoso.organisation.edge.externalFqdn, port },
    ]);
    try {
      const refused = Promise.race(
        contoso.edges.map(async (edge) => ({ refusedBy: edge.name, record: await nextRefusal(edge) })),
      );
      const outcome = await contoso.user('alice').message(`sip:carl@${thirdPartner}`, 'for your eyes only');
      if (outcome.status === 200) throw new Error('the attacker got the message');
      return await refused;
    } finally {
      contoso.services.delete(`_sipfederationtls._tcp.${thirdPartner}`);
      attacker.close();
    }
  },
};

/** The attacks that an edge refuses. */
export const uninvitedEdgePeers: readonly UninvitedEdgePeer[] = [
  byCertificate("a partner's CA certifies one of our names", 'anchor-limit-violated', ({ fabrikam }) =>
    fabrikam.outside.insider.issue({
      dnsNames: ['contoso.example'],
      uris: ['sip:contoso.example'],
      crlUrl: fabrikam.outside.crlUrl,
    }),
  ),
  byCertificate("a partner's CA certifies a third partner", 'anchor-limit-violated', ({ fabrikam }) =>
    fabrikam.outside.insider.issue({ dnsNames: [thirdPartner], crlUrl: fabrikam.outside.crlUrl }),
  ),
  byCertificate(
    "a partner's CA certifies the partner and, in the same certificate, us",
    'anchor-limit-violated',
    ({ fabrikam }) =>
      fabrikam.outside.insider.issue({
        dnsNames: ['fabrikam.example', 'contoso.example'],
        crlUrl: fabrikam.outside.crlUrl,
      }),
  ),
  byCertificate(
    'a domain that is not listed as a partner connects with a valid certificate',
    'partner-not-allowed',
    ({ publicAuthority }) => publicAuthority.issue(['unlisted.example']),
  ),
  byCertificate(
    "a partner's certificate is for servers only, and its entry does not allow that",
    'extended-key-usage-missing',
    ({ fabrikam }) =>
      fabrikam.outside.insider.issue({
        ...fabrikamNames,
        usages: ['serverAuth'],
        crlUrl: fabrikam.outside.crlUrl,
      }),
  ),
  byMessage('a partner sends From one of our own users', 'domain-not-authorised', {
    from: '<sip:bob@contoso.example>;tag=m1',
  }),
  byMessage('a partner sends From a third domain', 'domain-not-authorised', {
    from: `<sip:carl@${thirdPartner}>;tag=m1`,
  }),
  byMessage('a partner routes a request towards an internal server', 'relay-not-allowed', {
    routes: ['<sip:fe1.contoso.example;lr>'],
  }),
  byMessage('a partner sends a request for a third domain', 'relay-not-allowed', {
    uri: `sip:carl@${thirdPartner}`,
  }),
  byMessage('a partner offers a call whose media are in clear', 'media-not-encrypted', {
    method: 'INVITE',
    contentType: 'application/sdp',
    body: [
      'v=0',
      'o=- 0 0 IN IP4 192.0.2.1',
      's=-',
      'c=IN IP4 192.0.2.1',
      't=0 0',
      'm=audio 49170 RTP/AVP 0',
      '',
    ].join('\r\n'),
  }),
  hijackedName,
];
