import { createHash } from 'node:crypto';
import {
  checkPartnerRequest,
  partnerAnchors,
  partnerOfPeer,
  partnerRoute,
  pinnedAddresses,
  refusalOfRoute,
} from '@entente/federation';
import type { RequestParts, SipRequest } from '@entente/sip';
import { createTestAuthority } from '@entente/testkit';
import { requestBetween } from '@entente/testkit/request';
import { sampleDocument } from '@entente/testkit/topology';
import { buildTopology } from '@entente/topology';
import { type PeerIdentity, type Rejection, reject } from '@entente/trust';
import { decodePemCertificates } from '@entente/x509';
import { describe, expect, it } from 'vitest';

async function anchor(name: string) {
  const { certificatePem } = await createTestAuthority(name);
  const decoded = decodePemCertificates(certificatePem);
  if (!decoded.ok || decoded.value[0] === undefined) throw new Error('no certificate');
  const { der } = decoded.value[0];
  return {
    name,
    sha256: createHash('sha256').update(der).digest('hex'),
    certificate: Buffer.from(der).toString('base64'),
  };
}

const fabrikamRoot = await anchor('Fabrikam Root');
const sharedRoot = await anchor('Shared Root');

const document = sampleDocument({
  anchors: { federation: [sharedRoot] },
  servers: [],
  partners: [
    { kind: 'allowed-domain', id: 'fabrikam', domains: ['fabrikam.example'], anchors: [fabrikamRoot] },
    { kind: 'allowed-domain', id: 'litware', domains: ['litware.example'], serverAuthOnly: true },
    {
      kind: 'allowed-server',
      id: 'pinned',
      domains: ['pinned.example'],
      fqdn: 'sip.host.example',
      port: 5062,
    },
    { kind: 'blocked', id: 'blocked', domains: ['blocked.example'] },
  ],
});
const topology = buildTopology(document);

function peer(names: Partial<PeerIdentity>): PeerIdentity {
  return {
    dnsNames: [],
    sipDomains: [],
    uris: [],
    subject: 'CN=test',
    issuer: 'CN=test',
    serialHex: '01',
    fingerprint256: '00',
    notAfter: 0,
    anchor: 'test',
    ...names,
  };
}

describe('anchors of the federation', () => {
  const { anchors, unusable } = partnerAnchors(topology);
  const named = (name: string) => anchors.find((candidate) => candidate.name === name);

  it('lets the root of a partner vouch for the partner only, on the external interface only, never for us', () => {
    expect(named('partner fabrikam: Fabrikam Root')?.limits).toEqual({
      domains: ['fabrikam.example'],
      links: ['external'],
      excludedDomains: ['contoso.example'],
    });
  });

  it('lets a third-party root vouch neither for us nor for a partner with roots of its own', () => {
    expect(named('federation: Shared Root')?.limits).toEqual({
      links: ['external'],
      excludedDomains: ['contoso.example', 'fabrikam.example'],
    });
    expect(named('federation: Shared Root')?.serverAuthSuffices).toBeUndefined();
  });

  it('accepts serverAuth alone only for the partner whose entry says so', () => {
    const own = named('federation for litware: Shared Root');
    expect(own?.serverAuthSuffices).toBe(true);
    expect(own?.limits?.domains).toEqual(['litware.example']);
  });

  it('fails hard where revocation is not known', () => {
    for (const { revocation } of anchors) expect(revocation).toEqual({ mode: 'hard-fail' });
  });

  it('takes the limits of each root, and how old lists may be, from the topology', () => {
    const narrow = buildTopology({
      ...document,
      policies: { revocation: { partners: { mode: 'grace', graceSeconds: 60 } } },
      providers: [
        {
          id: 'hoster',
          fqdn: 'edge.hoster.example',
          domains: ['hosted.example'],
          serverAuthOnly: true,
          anchors: [{ ...fabrikamRoot, maxDepth: 0, notAfter: '2030-01-01T00:00:00Z' }],
        },
      ],
    });
    const own = partnerAnchors(narrow).anchors.find(({ name }) => name.startsWith('partner hoster'));
    expect(own?.limits).toEqual({
      domains: ['hosted.example', 'edge.hoster.example'],
      maxDepth: 0,
      notAfter: Date.UTC(2030, 0, 1),
      links: ['external'],
      excludedDomains: ['contoso.example'],
    });
    expect(own?.serverAuthSuffices).toBe(true);
    expect(own?.revocation).toEqual({ mode: 'grace', graceMs: 60_000 });
  });

  it('does not use a certificate that is not the one of its fingerprint', () => {
    expect(unusable).toEqual([]);
    const wrong = { ...fabrikamRoot, certificate: sharedRoot.certificate };
    const other = buildTopology({
      ...document,
      partners: [{ kind: 'allowed-domain', id: 'fabrikam', domains: ['fabrikam.example'], anchors: [wrong] }],
    });
    expect(partnerAnchors(other).anchors.map(({ name }) => name)).toEqual(['federation: Shared Root']);
    expect(partnerAnchors(other).unusable).toHaveLength(1);
  });
});

describe('who a peer is in the federation', () => {
  it('is the partner whose domain its certificate carries', () => {
    expect(partnerOfPeer(topology, peer({ sipDomains: ['fabrikam.example'] }))).toMatchObject({
      ok: true,
      authority: { id: 'fabrikam', domains: ['fabrikam.example'] },
    });
  });

  it('counts DNS names only where there is no sip: URI', () => {
    const found = partnerOfPeer(
      topology,
      peer({ dnsNames: ['fabrikam.example'], sipDomains: ['other.example'] }),
    );
    expect(found).toMatchObject({ ok: false, rejection: { reason: 'partner-not-allowed' } });
  });

  it('is nobody when no partner lists its names', () => {
    const found = partnerOfPeer(topology, peer({ dnsNames: ['unlisted.example'] }));
    expect(found).toMatchObject({ ok: false, rejection: { reason: 'partner-not-allowed' } });
  });

  it('is refused when one of its names is blocked, whatever else it has', () => {
    const found = partnerOfPeer(topology, peer({ dnsNames: ['fabrikam.example', 'blocked.example'] }));
    expect(found).toMatchObject({ ok: false, rejection: { reason: 'partner-blocked' } });
  });

  it('is refused when its certificate speaks for two partners', () => {
    const found = partnerOfPeer(topology, peer({ dnsNames: ['fabrikam.example', 'litware.example'] }));
    expect(found).toMatchObject({ ok: false, rejection: { reason: 'identity-ambiguous' } });
  });

  it('is a pinned partner by its FQDN, and speaks for the domains of its entry', () => {
    const found = partnerOfPeer(topology, peer({ dnsNames: ['sip.host.example'] }));
    expect(found).toMatchObject({ ok: true, authority: { id: 'pinned', domains: ['pinned.example'] } });
  });

  it('is a pinned partner by its domain too, and then speaks for that domain alone (RFC 5922 §7)', () => {
    const two = buildTopology({
      ...document,
      partners: [
        {
          kind: 'allowed-server',
          id: 'pinned',
          domains: ['pinned.example', 'second.example'],
          fqdn: 'sip.host.example',
        },
      ],
    });
    expect(partnerOfPeer(two, peer({ sipDomains: ['pinned.example'] }))).toEqual({
      ok: true,
      authority: { id: 'pinned', domains: ['pinned.example'], hosts: ['sip.host.example'] },
    });
    expect(partnerOfPeer(two, peer({ sipDomains: ['sip.host.example', 'pinned.example'] }))).toMatchObject({
      authority: { domains: ['pinned.example', 'second.example'] },
    });
  });

  it('is not called unlisted where its pinned name is a DNS name beside a sip: URI: the pin is what fails', () => {
    const found = partnerOfPeer(
      topology,
      peer({ dnsNames: ['sip.host.example'], sipDomains: ['other.example'] }),
    );
    expect(found).toMatchObject({
      ok: false,
      rejection: {
        reason: 'partner-pin-mismatch',
        partner: 'pinned',
        server: 'sip.host.example',
        names: ['other.example'],
      },
    });
    const { rejection } = found as Extract<typeof found, { ok: false }>;
    expect(rejection.remedy).toContain('sip:sip.host.example');
    expect(rejection.remedy).not.toContain('list it');
  });
});

describe('the next hop of a foreign domain', () => {
  it('is found by SRV and must prove the domain that was asked for', () => {
    expect(partnerRoute(topology, 'Fabrikam.example')).toMatchObject({
      ok: true,
      at: { kind: 'srv', service: '_sipfederationtls._tcp.fabrikam.example' },
      expect: { mode: 'sip-domain', domain: 'fabrikam.example' },
    });
  });

  it('is the pinned server, which must prove its own name', () => {
    expect(partnerRoute(topology, 'pinned.example')).toMatchObject({
      ok: true,
      at: { kind: 'host', fqdn: 'sip.host.example', port: 5062 },
      expect: { mode: 'host', name: 'sip.host.example' },
    });
  });

  it('says that the pin fails where the certificate has another name, and nothing of the kind without a pin', () => {
    const mismatch = reject('name-mismatch', { mode: 'host', expected: 'x', found: ['pinned.example'] });
    const refused = (domain: string, rejection: Rejection) => {
      const route = partnerRoute(topology, domain);
      return route.ok ? refusalOfRoute(route, rejection) : undefined;
    };
    expect(refused('pinned.example', mismatch)).toMatchObject({
      reason: 'partner-pin-mismatch',
      partner: 'pinned',
      server: 'sip.host.example',
      names: ['pinned.example'],
    });
    expect(refused('fabrikam.example', mismatch)).toBe(mismatch);
    const expired = reject('peer-refused', {});
    expect(refused('pinned.example', expired)).toBe(expired);
  });

  it('does not exist for a domain that is not listed or is blocked', () => {
    expect(partnerRoute(topology, 'unlisted.example')).toMatchObject({
      ok: false,
      rejection: { reason: 'partner-not-allowed' },
    });
    expect(partnerRoute(topology, 'blocked.example')).toMatchObject({
      ok: false,
      rejection: { reason: 'partner-blocked' },
    });
  });
});

describe('the domain authority of each message', () => {
  const authority = { id: 'fabrikam', domains: ['fabrikam.example'], hosts: [] };
  const via = 'SIP/2.0/TLS edge.fabrikam.example;branch=z9hG4bK1';
  const request = (parts: Partial<RequestParts> = {}) =>
    requestBetween('sip:dora@fabrikam.example', 'sip:alice@contoso.example', { via, ...parts });
  const check = (candidate: SipRequest) => checkPartnerRequest(candidate, authority, topology);

  it('passes a request of the partner for one of our users', () => {
    expect(check(request())).toBeUndefined();
  });

  for (const [header, parts] of [
    ['From', { from: '<sip:mallory@contoso.example>;tag=1' }],
    ['From', { from: '<sip:mallory@notfabrikam.example>;tag=1' }],
    ['From', { from: '<sip:mallory@branch.fabrikam.example>;tag=1' }],
    ['P-Asserted-Identity', { headers: { 'P-Asserted-Identity': '<sip:ceo@litware.example>' } }],
    ['P-Asserted-Identity', { headers: { 'P-Asserted-Identity': '<sip:ceo@branch.fabrikam.example>' } }],
    ['Via', { via: 'SIP/2.0/TLS edge.notfabrikam.example;branch=z9hG4bK1' }],
    ['Via', { via: 'SIP/2.0/TLS edge.litware.example;branch=z9hG4bK1' }],
    ['Record-Route', { headers: { 'Record-Route': '<sip:edge.litware.example;lr>' } }],
  ] as const) {
    it(`refuses a request whose ${header} is not the partner's: ${JSON.stringify(parts)}`, () => {
      expect(check(request(parts))).toMatchObject({ reason: 'domain-not-authorised', header });
    });
  }

  it('says of a number in From what the partner sends instead', () => {
    expect(check(request({ from: '<tel:+15550100>;tag=1' }))).toMatchObject({
      reason: 'domain-not-authorised',
      message:
        'From has a tel: URI, which is of no domain; the partner fabrikam may speak for fabrikam.example',
      remedy: expect.stringContaining('send the SIP address of its user, at fabrikam.example'),
    });
  });

  it.each([
    'sip:bob%40contoso.example@fabrikam.example',
    'sips:bob%40Contoso.example.%3A5061@fabrikam.example',
    'sip:bob%EF%BC%A0contoso.example@fabrikam.example',
    'sip:bob;phone-context=contoso.example@fabrikam.example',
    'sip:bob=contoso.example@fabrikam.example',
    'sip:bob%40fe1.contoso.example@fabrikam.example',
    'sip:bob%40contoso.example%20@fabrikam.example',
    'sip:bob%40contoso.example%3E@fabrikam.example',
    'sip:bob%40%E2%80%8Bcon%E2%80%8Btoso.example@fabrikam.example',
    'sip:bob%40con%01toso.example@fabrikam.example',
    'sip:bob:x%40contoso.example@fabrikam.example',
    'sip:bob%40%E2%80%AEelpmaxe.osotnoc%E2%80%AC@fabrikam.example',
    'sip:%E2%80%AEelpmaxe.osotnoc%40bob@fabrikam.example',
    'sip:bob%40contoso%E3%80%82example@fabrikam.example',
    'sip:bob%40contoso%EF%BD%A1example@fabrikam.example',
    'sip:bob%40contoso.example%E2%80%A6@fabrikam.example',
    'sip:bob%40contoso.example-@fabrikam.example',
    'sip:bob%40-%22contoso.example%22@fabrikam.example',
    'sip:bob%40%E2%A0%80contoso.example@fabrikam.example',
    'sip:bob%40contoso%E2%80%8A.example@fabrikam.example',
    'sip:bob%252540contoso.example@fabrikam.example',
    `sip:${'a'.repeat(513)}@fabrikam.example`,
  ])('refuses a user of the partner whose name shows as an address of ours: %s', (uri) => {
    expect(check(request({ from: `<${uri}>;tag=1` }))).toMatchObject({
      reason: 'identity-not-authorised',
      header: 'From',
    });
    expect(check(request({ headers: { 'P-Asserted-Identity': `<${uri}>` } }))).toMatchObject({
      reason: 'identity-not-authorised',
      header: 'P-Asserted-Identity',
    });
  });

  it('refuses a user of the partner whose name shows as an address of ours, in letters that DNS does not have', () => {
    const [first] = document.domains;
    const domains = [...document.domains, { ...first, name: 'xn--bcher-kva.example' }];
    const from = '<sip:bob%40b%C3%BCcher.example@fabrikam.example>;tag=1';
    const named = request({ from });
    expect(check(named)).toBeUndefined();
    expect(checkPartnerRequest(named, authority, buildTopology({ ...document, domains }))).toMatchObject({
      reason: 'identity-not-authorised',
      header: 'From',
    });
  });

  it.each([
    'sip:dora.of-contoso.example@fabrikam.example',
    'sip:contoso.example@fabrikam.example',
    'sip:dora%40fabrikam.example@fabrikam.example',
    'sip:dora_contoso.example%23EXT%23@fabrikam.example',
    'sip:+4940123;phone-context=fabrikam.example@fabrikam.example',
    'sip:d%C3%B6ra@fabrikam.example',
    'sip:dora%40contoso.example-of-fabrikam@fabrikam.example',
    'sip:dora%2540%25@fabrikam.example',
    'sip:dora%E2%80%89%E2%80%A6@fabrikam.example',
    'sip:dora%40b%C3%BCcher.example@fabrikam.example',
    'sip:%D7%93%D7%95%D7%A8%D7%94@fabrikam.example',
    'sip:fabrikam.example',
  ])('passes a user of the partner with any other name: %s', (uri) => {
    expect(check(request({ from: `"bob@contoso.example" <${uri}>;tag=1` }))).toBeUndefined();
  });

  it('refuses a user of the partner whose name for display has the address behind it shown backwards', () => {
    const user = 'sip:elpmaxe.osotnoc%40bob@fabrikam.example';
    const shown = { reason: 'identity-not-authorised', message: expect.stringContaining('name for display') };
    expect(check(request({ from: `"Bob \u202E" <${user}>;tag=1` }))).toMatchObject(shown);
    const headers = { 'P-Asserted-Identity': `"Bob \u202E" <${user}>` };
    expect(check(request({ headers }))).toMatchObject(shown);
    expect(check(request({ from: `"\u202BBob\u202C" <${user}>;tag=1` }))).toBeUndefined();
  });

  it('refuses a user of the partner whose address has header fields: a call back would take them (RFC 3261 §19.1.1)', () => {
    const uri = 'sip:dora@fabrikam.example?From=bob%40contoso.example';
    const shown = { reason: 'identity-not-authorised', message: expect.stringContaining('header fields') };
    expect(check(request({ from: `<${uri}>;tag=1` }))).toMatchObject(shown);
    expect(check(request({ headers: { 'P-Asserted-Identity': `<${uri}>` } }))).toMatchObject(shown);
  });

  it('carries nothing on to others', () => {
    expect(check(request({ uri: 'sip:carl@litware.example' }))).toMatchObject({
      reason: 'relay-not-allowed',
    });
  });
});

describe('pinned addresses', () => {
  it('are those of partners whose entry has one, and of no other host', () => {
    expect(pinnedAddresses(topology)).toEqual(new Map());
    const partners = (document.partners ?? []).map((partner) =>
      partner.kind === 'allowed-server' ? { ...partner, address: '192.0.2.7' } : partner,
    );
    expect(pinnedAddresses(buildTopology({ ...document, partners }))).toEqual(
      new Map([['sip.host.example', '192.0.2.7']]),
    );
  });
});
