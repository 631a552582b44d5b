import { randomBytes } from 'node:crypto';
import { type Account, verifiersOf } from '@entente/accounts';
import { KnownAccounts } from '@entente/accounts/feed';
import { Director } from '@entente/director';
import { answerChallenge, edit, type SipRequest, selectChallenges, Via } from '@entente/sip';
import { createSealing, singleEpoch, type Target } from '@entente/sip-proxy';
import { FlowNames, type ProxyDecision, type RequestOrigin } from '@entente/sip-relay';
import { accountCredentials } from '@entente/sip-relay/users';
import { sampleDocument, sampleEdge, sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { links } from '@entente/topology';

export const [dir1, dir2] = ['dir1.contoso.example', 'dir2.contoso.example'] as const;
export const [fe1, fe2, fe3] = ['fe1.contoso.example', 'fe2.contoso.example', 'fe3.contoso.example'] as const;
export const edge = 'edge1.contoso.example';
export const directors = 'directors.contoso.example';
export const [erin, alice] = ['sip:erin@contoso.example', 'sip:alice@contoso.example'] as const;
export const mallory = 'sip:mallory@fabrikam.example';

const topology = sampleTopology({
  pools: [
    ...(sampleDocument().pools ?? []),
    { fqdn: 'pool2.contoso.example', role: 'front-end' },
    { fqdn: directors, role: 'director' },
  ],
  servers: [
    ...[fe1, fe2].map((fqdn) => ({ ...sampleFrontEnd, fqdn })),
    { ...sampleFrontEnd, fqdn: fe3, pool: 'pool2.contoso.example' },
    ...[dir1, dir2].map((fqdn) => ({ fqdn, role: 'director' as const, pool: directors })),
    { fqdn: 'med1.contoso.example', role: 'mediation' },
    sampleEdge,
  ],
  partners: [{ kind: 'allowed-domain', id: 'fabrikam', domains: ['fabrikam.example'] }],
});

const account = (name: string, home: string): Account => {
  const address = `${name}@contoso.example`;
  return { address, verifiers: verifiersOf(address, 'secret') ?? {}, home, state: 'enabled', rights: [] };
};
/** Of alice. */
export const aliceNumber = '+49301001';

let lastId = 0;
/** A connection of a server. */
export function originOf(server: string, link = links.edgeToDirector): RequestOrigin {
  const role = topology.servers.get(server)?.role ?? 'none';
  const peer = { role, dnsNames: [server], sipDomains: [] };
  return { id: ++lastId, server, isClosed: false, users: new Map(), link, protection: { peer } };
}
export const fromEdge = originOf(edge);
export const fromFrontEnd = originOf(fe1, links.directorToFrontEnd);

const sealing = createSealing(singleEpoch(randomBytes(32)), randomBytes);
const poolNonceKeys = singleEpoch(randomBytes(32));

/**
 * A director with two accounts: erin, at home in `pool2`, and alice, in `pool1`.
 * @param options - servers that do not answer, its own name, and milliseconds that a challenged request is held back
 */
export function start({ dead = [] as readonly string[], fqdn = dir1 as string, heldMs = 0 } = {}) {
  let now = 1_000;
  const known = new KnownAccounts();
  const accounts = [
    account('erin', 'pool2.contoso.example'),
    { ...account('alice', 'pool1.contoso.example'), number: aliceNumber },
  ];
  known.apply(accounts.map((one) => ({ address: one.address, account: one })));
  const standing = { known, isStale: false, isOver: false };
  const director = new Director({
    fqdn,
    port: 5061,
    sealing,
    poolNonceKeys,
    topology: () => topology,
    credentials: accountCredentials({ known } as Parameters<typeof accountCredentials>[0]),
    accounts: standing,
    isOver: () => standing.isOver,
    flows: new FlowNames(),
    newToken: () => 'token',
    clock: () => now,
    isLiving: (server) => !dead.includes(server),
    hopTo: (name) => ({ name, address: '192.0.2.1', port: 5061, link: links.directorToFrontEnd }),
  });
  const decide = (request: SipRequest, origin: RequestOrigin): ProxyDecision => {
    const sender = director.admit(request, origin);
    return 'reason' in sender ? { kind: 'refuse', refusal: sender } : director.decide(request, sender);
  };
  /** Answers the challenge for a request, `heldMs` later; for the Request-URI as the client has sent it. */
  const proven = (
    request: SipRequest,
    username = 'erin',
    password = 'secret',
    cnonce = 'c',
    uri = request.uriText,
  ) => {
    const challenged = director.admit(request, fromEdge);
    const headers = 'reason' in challenged ? challenged.headers : [];
    const [challenge] = selectChallenges(headers.map(([, value]) => `${value}`));
    if (challenge === undefined) throw new Error('no challenge');
    const asked = { method: request.method, uri };
    const answer = answerChallenge(challenge, asked, { username, password }, { cnonce, nonceCount: 1 });
    now += heldMs;
    const field = request.method === 'REGISTER' ? 'Authorization' : 'Proxy-Authorization';
    return edit(request).append(field, answer).toMessage();
  };
  return { director, decide, proven, standing };
}

/** Why a request was refused, or what else became of it. */
export const reasonOf = (decision: ProxyDecision) =>
  decision.kind === 'refuse' ? decision.refusal.reason : decision.kind;
const via = Via.from({ transport: 'TLS', host: dir1, branch: 'z9hG4bKdirector' });

/** Where a request goes, and as what. */
export function sent(decision: ProxyDecision): {
  readonly to: readonly string[];
  readonly request: SipRequest;
} {
  if (decision.kind !== 'relay') throw new Error(`expected relay, found ${reasonOf(decision)}`);
  const targets = decision.targets.flat() as unknown as readonly (Target & { server: string })[];
  const request = decision.rules.build(targets[0] as Target, via) as SipRequest;
  return { to: targets.map(({ server }) => server), request };
}
