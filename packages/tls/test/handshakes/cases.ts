import { createTrust } from '@entente/tls';
import {
  anchorSet,
  createJudge,
  profiles,
  type Reason,
  type ReasonData,
  type Rejection,
  reject,
} from '@entente/trust';
import { encodePem, oids, policyConstraintsExtension } from '@entente/x509';
import { certificateOf, type Issued, type IssueOptions, issue, issueCrl } from './issue.ts';
import { type Meeting, peerName, root } from './meet.ts';

const dayMs = 86_400_000;
const names = [peerName];
const ca = issue('Contoso CA', root, { ca: {} });

/** A leaf of the CA, with that CA. */
export function chain(options: IssueOptions = {}, issuer: Issued = ca): readonly Issued[] {
  return [issue('peer', issuer, { names, ...options }), issuer];
}

/** A peer that is admitted everywhere. */
export const good: Meeting = { chain: chain() };

/** How a reason is met in a handshake; a text: why it cannot be. */
export interface ReasonCase {
  readonly server: Meeting | string;
  readonly client: Meeting | string;
}

/** The same peer, judged by either side. */
function both(meeting: Meeting): ReasonCase {
  return { server: meeting, client: meeting };
}

/** A reason that `allow` gives: the caller's function decides by the topology or the partners. */
function byAllow<R extends Reason>(reason: R, data: ReasonData[R]): ReasonCase {
  const rejection = reject(reason, data) as Rejection;
  return both({ ...good, allow: () => ({ ok: false, rejection }) });
}

const hardFail = { mode: 'hard-fail' } as const;
const rootCrl = issueCrl(root);
const peer = chain();
const other = issue('Contoso Root', undefined, { ca: {} });
const narrow = issue('narrow', root, { ca: {}, permitted: ['fabrikam.example'] });
const weak = issue('weak', root, { ca: {}, keyUsage: { cRLSign: true } });
const flat = issue('flat', root, { ca: { pathLength: 0 } });
const belowFlat = issue('below flat', flat, { ca: {} });
const exact = issue('exact', root, {
  ca: {},
  extensions: [policyConstraintsExtension({ requireExplicit: 0 })],
});
const posing = issue('posing', ca, { names: [] });
const unknown = { oid: '1.3.6.1.4.1.55738.7', critical: true, value: Uint8Array.of(5, 0) };

function deep(): readonly Issued[] {
  const path = [ca];
  for (let depth = 0; depth < 8; depth++) path.unshift(issue(`CA ${depth}`, path[0], { ca: {} }));
  return [issue('peer', path[0], { names }), ...path];
}

function costly(): readonly Issued[] {
  const many = Array.from({ length: 400 }, (_, index) => `n${index}.test`);
  const picky = issue('picky', root, { ca: {}, excluded: many.map((name) => `x${name}`) });
  return [issue('peer', picky, { names: [...names, ...many] }), picky];
}

/** A judge that trusts another root than the one that OpenSSL is given. */
function contradicted(): Meeting {
  const revocation = { mode: 'off', signedBy: 'a test that is about something else' } as const;
  const anchors = anchorSet([{ name: 'root', certificate: certificateOf(root), revocation }]);
  return {
    ...good,
    interface: 'internal',
    trust: createTrust({
      version: () => '1',
      judge: createJudge({ anchors }),
      platformAnchors: () => [encodePem('CERTIFICATE', other.der)],
    }),
  };
}

/** Every reason of the catalogue. */
export const cases: { readonly [R in Reason]: ReasonCase } = {
  'clock-untrusted': both({ ...good, latestSigned: Date.now() + dayMs }),
  'no-certificate': {
    server: { chain: 'none' },
    client: 'a server presents a certificate in every cipher suite that OpenSSL offers by default',
  },
  'malformed-certificate': both({
    chain: chain({
      purposes: [],
      extensions: [{ oid: oids.extKeyUsage, critical: false, value: Uint8Array.of(0x30, 0) }],
    }),
  }),
  'chain-too-long': both({ chain: deep() }),
  'certificate-too-large': both({
    chain: chain({ names: [...names, 'other.contoso.example'] }),
    policy: { ...profiles.entente, budget: { ...profiles.entente.budget, maxLeafNames: 1 } },
  }),
  'search-budget-exceeded': both({ chain: costly() }),
  'unknown-issuer': both({ ...good, anchor: other }),
  'signature-invalid': both({ chain: chain({ spoilt: true }) }),
  'algorithm-not-allowed': both({ chain: chain({ digest: 'sha1' }) }),
  'key-too-small': both({ chain: chain({ rsaBits: 1024 }) }),
  'certificate-expired': both({
    chain: chain({ notBefore: Date.now() - 2 * dayMs, notAfter: Date.now() - dayMs }),
  }),
  'certificate-not-yet-valid': both({
    chain: chain({ notBefore: Date.now() + dayMs, notAfter: Date.now() + 2 * dayMs }),
  }),
  'not-a-ca': both({ chain: [...chain({}, posing), ca] }),
  'path-length-exceeded': both({ chain: [...chain({}, belowFlat), flat] }),
  'key-usage-missing': both({ chain: chain({}, weak) }),
  'extended-key-usage-missing': both({ chain: chain({ purposes: [oids.ocspSigning] }) }),
  'name-constraint-violated': both({ chain: chain({}, narrow) }),
  'anchor-limit-violated': both({ ...good, limits: { domains: ['fabrikam.example'] } }),
  'policy-required': both({ chain: chain({}, exact) }),
  'unknown-critical-extension': both({ chain: chain({ extensions: [unknown] }) }),
  revoked: both({
    chain: peer,
    revocation: hardFail,
    crls: [rootCrl, issueCrl(ca, { revoked: [peer[0]!] })],
  }),
  'revocation-unknown': both({ ...good, revocation: hardFail, crls: [rootCrl] }),
  'revocation-stale': both({
    ...good,
    revocation: hardFail,
    crls: [rootCrl, issueCrl(ca, { thisUpdate: Date.now() - 2 * dayMs, nextUpdate: Date.now() - dayMs })],
  }),
  'name-mismatch': both({ ...good, expect: { mode: 'host', name: 'other.contoso.example' } }),
  'wildcard-not-allowed': both({
    chain: chain({ names: ['*.contoso.example'] }),
    expect: { mode: 'host', name: peerName },
  }),
  'dane-mismatch': {
    server: 'TLSA records are about servers: serve has no option for them',
    client: {
      ...good,
      dane: { host: peerName, records: [{ usage: 3, selector: 1, matching: 1, data: new Uint8Array(32) }] },
    },
  },
  'not-in-topology': both({ ...good, allow: ['other.contoso.example'] }),
  'identity-ambiguous': byAllow('identity-ambiguous', { names }),
  'role-not-allowed-on-link': byAllow('role-not-allowed-on-link', { role: 'edge' }),
  'direction-not-allowed': byAllow('direction-not-allowed', { direction: 'inbound' }),
  'partner-not-allowed': byAllow('partner-not-allowed', { domain: 'fabrikam.example' }),
  'partner-pin-mismatch': byAllow('partner-pin-mismatch', { partner: 'fabrikam.example', names }),
  'partner-blocked': byAllow('partner-blocked', { domain: 'fabrikam.example' }),
  'topology-stale': byAllow('topology-stale', {}),
  'refused-by-policy': both({ ...good, policies: [{ name: 'no', refuse: () => 'because' }] }),
  'trust-closed': {
    server: 'closed-trust.test.ts: it takes a listener that goes on after its trust was disposed of',
    client: 'a client that dials with such a trust gets the fault ENTENTE_TRUST_CLOSED; closed-trust.test.ts',
  },
  'resumption-not-allowed': {
    server:
      'session-resumption.test.ts: it takes a listener whose context was exchanged for one with session tickets',
    client:
      'our client offers no session, so no server can resume one; session-resumption.test.ts counts them',
  },
  'platform-refused': both(contradicted()),
  'peer-refused': {
    server: 'foreign-openssl.test.ts: it takes a client that refuses our server by an alert',
    client: 'handshake.test.ts: it takes a server that refuses our client',
  },
  'handshake-failed': {
    server: 'failed-handshakes.test.ts: it takes a client that ends no handshake',
    client: 'a client has the fault ENTENTE_HANDSHAKE_FAILED there; handshake.test.ts',
  },
  'tls-broken': {
    server:
      'broken-records.test.ts: it takes a client whose handshake ends and whose records are broken then',
    client: 'broken-records.test.ts: it takes such a server',
  },
  throttled: {
    server: { ...good, serveLimits: { maxConnections: 1 } },
    client: 'the limits are those of listeners',
  },
};
