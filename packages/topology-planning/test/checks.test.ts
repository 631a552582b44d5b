import { createHash, X509Certificate } from 'node:crypto';
import { createTestAuthority } from '@entente/testkit';
import { type CheckCode, checkCodes, links } from '@entente/topology';
import { afterAll, describe, expect, it } from 'vitest';
import { homeCases } from './fixtures/home-cases.ts';
import { nameCases } from './fixtures/name-cases.ts';
import { good, head, one, problemsIn, two, with_ } from './fixtures/spoilt.ts';

const [ownRoot, nextRoot] = [await rootOf('Contoso Root 1'), await rootOf('Contoso Root 2')];
const { row: oneWay } = links.reverseProxyToWebServices;
const { row: equals } = links.frontEndToFrontEnd;
const { row: ask } = links.memberToAuthority;
const { row: push } = links.authorityToEdge;
const { row: administer } = links.administratorToAuthority;
const produced = new Set<string>();

/** What is spoilt, the text, and the problems with line (counted from the end of the head) and what stands there. */
const cases: readonly (readonly [string, string, readonly string[]])[] = [
  ['nothing', head + good, []],
  [
    'a server listed twice',
    `${head}${good}`.replace('fqdn: edge1.contoso.example', 'fqdn: fe1.contoso.example'),
    ['duplicate-name at line 11: fe1.contoso.exam', 'home-not-front-end at line 19: fe1.contoso.exam'],
  ],
  [
    'a server with the name of its pool',
    with_('fqdn: ca1.contoso.example', 'fqdn: pool1.contoso.example'),
    ['home-not-front-end at line 3: pool1.contoso.ex', 'duplicate-name at line 16: pool1.contoso.ex'],
  ],
  [
    'a server named sip.<domain>',
    with_('fqdn: ca1.contoso.example', 'fqdn: sip.contoso.example'),
    ['duplicate-name at line 2: contoso.example'],
  ],
  [
    'an external side with the internal name',
    with_('access.contoso.example', 'edge1.contoso.example'),
    ['duplicate-name at line 15: edge1.contoso.ex'],
  ],
  [
    'an unknown pool',
    with_('pool: pool1.contoso.example\n  - fqdn: edge1', 'pool: pool2.contoso.example\n  - fqdn: edge1'),
    ['pool-without-members at line 5: pool1.contoso.ex', 'unknown-reference at line 10: pool2.contoso.ex'],
  ],
  [
    'an unknown site',
    with_('role: authority', 'role: authority\n    site: berlin'),
    ['unknown-reference at line 18: berlin'],
  ],
  [
    'a user of a domain that is not ours',
    with_('alice@contoso.example', 'alice@fabrikam.example'),
    ['unknown-reference at line 19: fe1.contoso.exam'],
  ],
  [
    'a user at an edge',
    with_('example: fe1.contoso.example', 'example: edge1.contoso.example'),
    ['home-not-front-end at line 19: edge1.contoso.ex'],
  ],
  [
    'a pool of another role',
    with_(
      '  - fqdn: pool1.contoso.example\n    role: front-end',
      '  - fqdn: pool1.contoso.example\n    role: director',
    ),
    ['home-not-front-end at line 3: pool1.contoso.ex', 'pool-role-mismatch at line 10: pool1.contoso.ex'],
  ],
  [
    'an edge in the internal zone',
    with_('    interfaces:', '    zone: internal\n    interfaces:'),
    ['edge-in-internal-zone at line 13: internal'],
  ],
  [
    'an authority in the perimeter',
    with_('role: authority', 'role: authority\n    zone: perimeter'),
    ['zone-not-for-role at line 18: perimeter'],
  ],
  [
    'an external side of a front end',
    with_(
      'role: front-end\n    pool: pool1',
      'role: front-end\n    interfaces: { external: { fqdn: x.contoso.example } }\n    pool: pool1',
    ),
    ['interface-not-for-role at line 10: { fqdn: x.contos'],
  ],
  [
    'an external side without a name',
    with_('fqdn: access.contoso.example, ', ''),
    ['external-name-missing at line 15: { address: 127.0'],
  ],
  [
    'a port for a service the role has not',
    with_('ports: { sip: 15061 }', 'ports: { web: 15061 }'),
    ['service-not-for-role at line 14: 15061 } }', 'duplicate-listener at line 15: 127.0.0.1, certi'],
  ],
  [
    'two servers at one port',
    with_(
      'role: authority',
      'role: authority\n    interfaces: { internal: { address: 127.0.0.1, ports: { https: 15061 } } }',
    ),
    ['duplicate-listener at line 18: 127.0.0.1, ports', 'duplicate-listener at line 18: 15061 } } }'],
  ],
  [
    'a flag that means nothing',
    with_('role: authority', 'role: authority\n    flags: { outboundOnly: true }'),
    ['flag-not-for-role at line 18: true }'],
  ],
  [
    'an edge that is treated as authenticated',
    with_('    interfaces:', '    flags: { treatAsAuthenticated: true }\n    interfaces:'),
    ['flag-not-for-role at line 13: true }'],
  ],
  [
    'a front end that is not to be believed',
    with_(
      '    role: front-end\n    pool',
      '    role: front-end\n    flags: { treatAsAuthenticated: false }\n    pool',
    ),
    ['flag-not-for-role at line 10: false }'],
  ],
  [
    'a sip: name in a public certificate',
    with_('certificate: public', 'certificate: public, names: [sip:contoso.example]'),
    ['name-unusable at line 15: sip:contoso.exam'],
  ],
  [
    'a domain allowed and blocked',
    `${head}${good}partners:
  - { kind: blocked, id: a, domains: [spam.example] }
  - { kind: allowed-domain, id: b, domains: [spam.example], anchors: [{ name: r, sha256: ${'a'.repeat(64)} }] }
`,
    [
      'allowed-and-blocked at line 22: spam.example], a',
      'anchor-without-certificate at line 22: r, sha256: aaaaa',
    ],
  ],
  [
    'a partner with our domain, and below it',
    `${head}${good}partners:
  - { kind: blocked, id: a, domains: [contoso.example, eu.contoso.example] }
`,
    ['partner-domain-ours at line 21: contoso.example,', 'partner-domain-ours at line 21: eu.contoso.examp'],
  ],
  [
    'a partner without anchors',
    `${head}${good}partners:
  - { kind: allowed-domain, id: a, domains: [fabrikam.example] }
`,
    ['partner-without-anchors at line 21: a, domains: [fab'],
  ],
  [
    'one domain listed twice, and one below another',
    `${head}${good}anchors: { federation: [{ name: shared, sha256: ${sha('Zm9v')}, certificate: Zm9v }] }
partners:
  - { kind: allowed-domain, id: a, domains: [fabrikam.example] }
  - { kind: allowed-domain, id: b, domains: [fabrikam.example, eu.fabrikam.example] }
`,
    [
      'partner-domain-twice at line 23: fabrikam.example',
      'partner-domains-overlap at line 23: eu.fabrikam.exam',
    ],
  ],
  [
    'a pinned server that is ours',
    `${head}${good}anchors: { federation: [{ name: shared, sha256: ${sha('Zm9v')}, certificate: Zm9v }] }
partners:
  - { kind: allowed-server, id: a, domains: [fabrikam.example], fqdn: access.contoso.example }
`,
    ['partner-server-ours at line 22: access.contoso.e'],
  ],
  [
    'a certificate with another fingerprint',
    `${head}${good}anchors: { federation: [{ name: shared, sha256: ${'a'.repeat(64)}, certificate: Zm9v }] }
`,
    ['fingerprint-mismatch at line 20: Zm9v }] }'],
  ],
  [
    'more signatures than administrators',
    `${head}${good}`.replace('required: 2', 'required: 3'),
    ['too-few-administrators at line -3: 3'],
  ],
  [
    'one signature of two',
    `${head}${good}`.replace('required: 2', 'required: 1'),
    ['one-signature-widens at line -3: 1'],
  ],
  [
    'a key of another algorithm',
    `${head}${good}`.replace('algorithm: EdDSA', 'algorithm: ES256'),
    ['unusable-key at line -1: "MCowBQYDK2VwAyE'],
  ],
  [
    'one key under two ids',
    `${head}${good}`
      .replace(two.entry.publicKey, one.entry.publicKey)
      .replace('algorithm: ES256', 'algorithm: EdDSA'),
    ['duplicate-id at line 0: "MCowBQYDK2VwAyE'],
  ],
  [
    'a second version without the hash of the first',
    `${head}${good}`.replace('version: 1', 'version: 2'),
    ['previous-missing at line -6: 2'],
  ],
  [
    'a first version with the hash of another',
    `previous: ${'a'.repeat(64)}\n${head}${good}`,
    ['previous-unexpected at line -8: aaaaaaaaaaaaaaaa'],
  ],
  [
    'an end before the beginning',
    `expires: 2026-01-01T00:00:00Z\n${head}${good}`,
    ['expires-before-issued at line -8: 2026-01-01T00:00'],
  ],
  [
    'a row that would be widened',
    `${head}${good}links: [{ row: ${oneWay}, mayOpen: b }]\n`,
    ['link-widened at line 20: b }]'],
  ],
  [
    'an entry for a row that says nothing',
    `${head}${good}links: [{ row: ${oneWay} }, { row: ${oneWay}, maySend: a }]\n`,
    [`narrowing-empty at line 20: { row: ${oneWay} }, { r`, 'narrowing-empty at line 20: a }]'],
  ],
  [
    'a side between equals that are not told apart',
    `${head}${good}links: [{ row: ${equals}, mayOpen: a }]\n`,
    [`narrowing-ambiguous at line 20: { row: ${equals}, mayOp`],
  ],
  [
    'a server on the wrong side of a row',
    `${head}${good}links: [{ row: ${links.edgeToFrontEnd.row}, a: [fe1.contoso.example], closed: true }]\n`,
    ['narrowing-not-for-row at line 20: fe1.contoso.exam'],
  ],
  [
    'a gateway without mediation',
    with_('  - fqdn: ca1', '  - fqdn: gw1.contoso.example\n    role: gateway\n  - fqdn: ca1'),
    ['link-nobody-serves at line 17: gateway'],
  ],
  [
    'partners without an edge',
    with_(good.slice(good.indexOf('  - fqdn: edge1'), good.indexOf('  - fqdn: ca1')), '') +
      `partners: [{ kind: blocked, id: s, domains: [s.example] }]
providers: [{ id: h, fqdn: e.h.example, domains: [h.example], anchors: [{ name: r, sha256: ${sha('Zm9v')}, certificate: Zm9v }] }]\n`,
    ['link-nobody-serves at line 16: h, fqdn: e.h.exa'],
  ],
  ...homeCases,
  ...nameCases,
  [
    'no authority',
    with_('  - fqdn: ca1.contoso.example\n    role: authority\n', ''),
    ['no-authority at line 8: - fqdn: fe1.cont'],
  ],
  [
    'an edge that may not ask the authority and is not dialled by it, and administrators who may not ask',
    `${head}${good}links: [{ row: ${ask}, a: [edge1.contoso.example], closed: true }, { row: ${push}, closed: true }, { row: ${administer}, closed: true }]\n`,
    [
      'authority-out-of-reach at line 11: edge1.contoso.ex',
      `administrators-out-of-reach at line 20: { row: ${administer}, close`,
    ],
  ],
  [
    'a pool that may not ask the authority: nothing else tells its servers of changes',
    `${head}${good}links: [{ row: ${ask}, a: [pool1.contoso.example], closed: true }]\n`,
    ['authority-out-of-reach at line 8: fe1.contoso.exam'],
  ],
  [
    'nothing, where an edge has one of the two links',
    `${head}${good}links: [{ row: ${ask}, a: [edge1.contoso.example], closed: true }]\n`,
    [],
  ],
  [
    'times out of order',
    `${head}${good}policies: { trustState: { refuseAfterSeconds: 300 } }\n`,
    ['policy-order at line 20: { refuseAfterSec'],
  ],
  [
    'flags and policies that nothing enforces',
    `${with_('    role: front-end\n    pool', '    role: front-end\n    flags: { throttleAsServer: true, requiresReplication: true }\n    pool')}policies:
  federation: { discovery: true, throttle: { messagesPerSecond: 5 } }
`,
    [
      'setting-not-enforced at line 10: true, requiresRe',
      'setting-not-enforced at line 10: true }',
      'setting-not-enforced at line 22: true, throttle: ',
      'setting-not-enforced at line 22: 5 } }',
    ],
  ],
  [
    'nothing, where the defaults of settings that nothing enforces are written out, and the times of the trust state are changed',
    `${with_('    role: front-end\n    pool', '    role: front-end\n    flags: { throttleAsServer: false, requiresReplication: false }\n    pool')}policies:
  federation: { discovery: false, throttle: { messagesPerSecond: 20, distinctUris: 1000, suspectMessagesPerSecond: 1 } }
  trustState: { intervalSeconds: 30, alarmAfterSeconds: 900 }
`,
    [],
  ],
  [
    'rules that make no global number, routes to no gateway, and an emergency number without a route',
    `${head}${good}telephony:
  rules:
    - { prefix: "0", strip: 1 }
    - { prefix: "00", strip: 3, prepend: "+" }
    - { prefix: "00", minLength: 5, maxLength: 4, prepend: "+" }
    - { prefix: "+", maxLength: 12 }
  routes: [{ prefix: "+", gateway: fe1.contoso.example }]
  emergencyNumbers: ["112"]
`,
    [
      'number-rule-useless at line 22: "0", strip: 1 }',
      'number-rule-useless at line 23: "00", strip: 3, ',
      'number-rule-useless at line 24: "00", minLength:',
      'unknown-reference at line 26: fe1.contoso.exam',
      'emergency-without-route at line 27: "112"]',
    ],
  ],
  [
    'numbers that two partners list',
    `${head}${good}anchors: { federation: [{ name: shared, sha256: ${sha('Zm9v')}, certificate: Zm9v }] }
partners:
  - { kind: allowed-domain, id: a, domains: [fabrikam.example], numbers: ["+4940"] }
  - { kind: allowed-domain, id: b, domains: [fabrikam.test], numbers: ["+49401", "+4940"] }
`,
    ['partner-number-twice at line 23: "+4940"] }'],
  ],
  [
    'a server other than a gateway that is trusted with identities',
    with_('role: authority', 'role: authority\n    flags: { trustedWithIdentities: true }'),
    ['flag-not-for-role at line 18: true }'],
  ],
  [
    'limits of our own roots, which no member applies',
    `${head}${good}anchors: { enterprise: [{ maxDepth: 1, notAfter: "2030-01-01T00:00:00Z", ${ownRoot} }] }\n`,
    [
      'setting-not-enforced at line 20: 1, notAfter: "20',
      'setting-not-enforced at line 20: "2030-01-01T00:0',
    ],
  ],
  [
    'a root of ours without certificate, with one that is none, and none that is active',
    `${head}${good}anchors:
  enterprise:
    - { stage: tainted, name: a, sha256: ${'a'.repeat(64)} }
    - { stage: prepared, name: b, sha256: ${sha('Zm9v')}, certificate: Zm9v }
`,
    [
      'no-active-root at line 22: - { stage: taint',
      'root-unusable at line 22: a, sha256: aaaaa',
      'root-unusable at line 23: Zm9v }',
    ],
  ],
  [
    'nothing, where a root of ours is prepared beside the active one',
    `${head}${good}anchors: { enterprise: [{ ${ownRoot} }, { stage: prepared, ${nextRoot} }] }\n`,
    [],
  ],
  [
    'a bundle of a partner, which nothing fetches',
    `${head}${good}partners:
  - { kind: allowed-domain, id: a, domains: [fabrikam.example], anchors: [{ name: r, sha256: ${sha('Zm9v')}, certificate: Zm9v }], bundle: { url: "https://edge.fabrikam.example/trust-bundle", publicKey: Zm9v } }
`,
    ['setting-not-enforced at line 21: { url: "https://'],
  ],
  [
    'grace without a time, and revocation off',
    `${head}${good}policies: { revocation: { enterprise: { mode: grace }, partners: { mode: off } } }\n`.replace(
      'mode: off',
      'mode: "off"',
    ),
    ['policy-contradiction at line 20: { mode: grace },', 'revocation-off at line 20: { mode: "off" } '],
  ],
];

describe('checking a topology finds', () => {
  it.each(cases)('%s, with code and place', (_, text, expected) => {
    const found = problemsIn(text);
    for (const problem of found) produced.add(problem.split(' ')[0]!);
    expect(found).toEqual(expected);
  });

  afterAll(() => {
    const codes = Object.keys(checkCodes) as CheckCode[];
    expect(codes.filter((code) => !produced.has(code))).toEqual([]);
  });
});

/** The fields of a root of ours. */
async function rootOf(name: string): Promise<string> {
  const { raw } = new X509Certificate((await createTestAuthority(name)).certificatePem);
  const sha256 = createHash('sha256').update(raw).digest('hex');
  return `name: ${name}, sha256: "${sha256}", certificate: "${raw.toString('base64')}"`;
}

/** Fingerprints of the stand-ins for certificates. */
function sha(base64: string): string {
  return { Zm9v: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae' }[base64]!;
}
