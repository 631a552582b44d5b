import type { MutationPatch, PatchList } from '../patch.ts';

const anchors = 'packages/federation/src/partner-anchors.ts';
const peer = 'packages/federation/src/partner-peer.ts';
const message = 'packages/federation/src/message-authority.ts';
const names = 'packages/sip-proxy/src/topology-hiding/hide-inside-names.ts';
const partnerRoute = 'packages/federation/src/partner-route.ts';
const claimsOfPartners = 'packages/sip-relay/src/claims/claims-of-partners.ts';
const claimsOfOutsiders = 'packages/sip-relay/src/claims/claims-of-outsiders.ts';
const fieldsOfAddresses = 'packages/sip-relay/src/claims/fields-of-addresses.ts';
const namesOfOurs = 'packages/federation/src/names-of-ours.ts';

const test = (title: string): MutationPatch['test'] => ({
  file: 'packages/federation/test/federation.test.ts',
  title,
});

const inside = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-proxy/src/topology-hiding/hide-inside-names.test.ts',
  title,
});

const claims = (title: string): MutationPatch['test'] => ({
  file: 'packages/edge/src/claims-of-partners.test.ts',
  title,
});

/** What keeps two organisations from being made to believe each other about anything but their own names. */
export const patches: PatchList = {
  name: 'federation',
  list: [
    {
      name: 'anchor-never-for-us',
      off: "a partner's root may vouch for our own names",
      file: anchors,
      find: 'excludedDomains: [...ours, ...(limits.excludedDomains ?? [])],',
      replace: 'excludedDomains: [...(limits.excludedDomains ?? [])],',
      test: test(
        'lets the root of a partner vouch for the partner only, on the external interface only, never for us',
      ),
    },
    {
      name: 'anchor-of-the-partner-only',
      off: "a partner's root may vouch for a third partner",
      file: anchors,
      find: 'reference, { domains }, partner.serverAuthOnly === true);',
      replace: 'reference, {}, partner.serverAuthOnly === true);',
      test: test(
        'lets the root of a partner vouch for the partner only, on the external interface only, never for us',
      ),
    },
    {
      name: 'anchor-on-the-outside-only',
      off: "a partner's root counts on internal links",
      file: anchors,
      find: 'links: [federationInterface],',
      replace: '',
      test: test(
        'lets the root of a partner vouch for the partner only, on the external interface only, never for us',
      ),
    },
    {
      name: 'anchor-fingerprint',
      off: 'a root is used though it is not the one of its fingerprint',
      file: anchors,
      find: "if (createHash('sha256').update(der).digest('hex') !== sha256)",
      replace: "if (createHash('sha256').update(der).digest('hex') === '')",
      test: test('does not use a certificate that is not the one of its fingerprint'),
    },
    {
      name: 'shared-root',
      off: 'a third-party root may vouch for a partner that has roots of its own',
      file: anchors,
      find: "add('federation', reference, { excludedDomains: withOwnRoots }, false);",
      replace: "add('federation', reference, {}, false);",
      test: test('lets a third-party root vouch neither for us nor for a partner with roots of its own'),
    },
    {
      name: 'server-auth-only',
      off: 'serverAuth alone is accepted of every partner under a third-party root',
      file: anchors,
      find: "add('federation', reference, { excludedDomains: withOwnRoots }, false);",
      replace: "add('federation', reference, { excludedDomains: withOwnRoots }, true);",
      test: test('lets a third-party root vouch neither for us nor for a partner with roots of its own'),
    },
    {
      name: 'listed-partners',
      off: 'a peer with any certificate is a partner',
      file: peer,
      find: 'if (only === undefined)',
      replace:
        "if (only === undefined)\n    return { ok: true, authority: { id: 'anybody', domains: [...names], hosts: [] } };\n  if (only === null)",
      test: test('is nobody when no partner lists its names'),
    },
    {
      name: 'blocked-partner',
      off: 'a blocked domain may connect',
      file: peer,
      find: "if (entry !== undefined && 'kind' in entry && entry.kind === 'blocked') {",
      replace: 'if (entry === null) {',
      test: test('is refused when one of its names is blocked, whatever else it has'),
    },
    {
      name: 'one-partner',
      off: 'one certificate may speak for two partners',
      file: peer,
      find: 'if (found.length > 1) {',
      replace: 'if (found.length < 0) {',
      test: test('is refused when its certificate speaks for two partners'),
    },
    {
      name: 'uri-before-dns',
      off: 'DNS names count beside sip: URIs',
      file: peer,
      find: '(sipDomains.length > 0 ? sipDomains : dnsNames)',
      replace: '[...sipDomains, ...dnsNames]',
      test: test('counts DNS names only where there is no sip: URI'),
    },
    {
      name: 'from-domain',
      off: 'a partner may send From a domain that it does not own',
      file: message,
      find: "refuseUser('From', request.from, authority, topology)",
      replace: 'undefined as ReturnType<typeof refuseUser>',
      test: test(
        `refuses a request whose From is not the partner's: {"from":"<sip:mallory@contoso.example>;tag=1"}`,
      ),
    },
    {
      name: 'from-suffix',
      off: 'a partner speaks for every domain below its own: for one of ours, or of another partner',
      file: message,
      find: 'return authority.domains.includes(domain);',
      replace: "return authority.domains.some((own) => domain === own || domain.endsWith('.' + own));",
      test: test(
        `refuses a request whose From is not the partner's: {"from":"<sip:mallory@branch.fabrikam.example>;tag=1"}`,
      ),
    },
    {
      name: 'host-suffix',
      off: 'a host whose name merely ends alike is taken for one of the partner',
      file: message,
      find: 'host.endsWith(`.',
      replace: 'host.endsWith(`',
      test: test(
        `refuses a request whose Via is not the partner's: {"via":"SIP/2.0/TLS edge.notfabrikam.example;branch=z9hG4bK1"}`,
      ),
    },
    {
      name: 'asserted-domain',
      off: 'a partner may assert an identity of somebody else',
      file: message,
      find: 'if (asserted !== undefined) return asserted;',
      replace: '',
      test: test(
        `refuses a request whose P-Asserted-Identity is not the partner's: {"headers":{"P-Asserted-Identity":"<sip:ceo@litware.example>"}}`,
      ),
    },
    {
      name: 'via-domain',
      off: 'a partner may pretend that a request came through another',
      file: message,
      find: 'if (!isHostOf(authority, via))',
      replace: "if (via === '')",
      test: test(
        `refuses a request whose Via is not the partner's: {"via":"SIP/2.0/TLS edge.litware.example;branch=z9hG4bK1"}`,
      ),
    },
    {
      name: 'no-transit',
      off: 'a partner may send through us to a third organisation',
      file: message,
      find: "if (request.has('Route') || topology.isOurDomain(target)) return undefined;",
      replace: "if (target !== '') return undefined;",
      test: test('carries nothing on to others'),
    },
    {
      name: 'asserted-number',
      off: 'a telephone number counts as an identity that a partner may assert',
      file: message,
      find: "values.filter(({ uri }) => uri.kind === 'sip')",
      replace: 'values.filter(({ uri }) => uri !== undefined)',
      test: {
        file: 'packages/federation/test/inside-names.test.ts',
        title: 'have a domain: a number is taken off, the address beside it stays',
      },
    },
    {
      name: 'long-name',
      off: 'a host of thousands of labels has us look up each of its ends',
      file: 'packages/federation/src/inside-names.ts',
      find: 'host.slice(-longestName)',
      replace: 'host',
      test: {
        file: 'packages/federation/test/inside-names.test.ts',
        title: 'is looked at from its end, and at no more of it than a name may have',
      },
    },
    {
      name: 'long-agent',
      off: 'a warning by an agent of thousands of labels has us look up each of its ends',
      file: names,
      find: "endOf(parsed.value.agent.replace(/:\\d+$/, ''))",
      replace: "parsed.value.agent.replace(/:\\d+$/, '').toLowerCase()",
      test: inside('has of a warning’s agent no more looked at than a name may have'),
    },
    {
      name: 'warnings-stay',
      off: 'a warning of a server of ours leaves',
      file: names,
      find: "if (!namesInside(value, names) && !isOurs(names, agent)) editor.append('Warning', value);",
      replace: "if (agent !== '') editor.append('Warning', value);",
      test: inside('carries no warning of a server of ours, and those of others'),
    },
    {
      name: 'route-of-a-response',
      off: 'a response leads outsiders to a server inside by a Route of its own',
      file: names,
      find: "if (lower === 'route' && message.kind === 'response') editor.remove(name);",
      replace: '',
      test: inside('carries no Route where it is a response, in which Route means nothing'),
    },
    {
      name: 'ways-stay',
      off: 'Path and Service-Route leave',
      file: names,
      find: 'routesInside.has(lower) || namesInside(value, names)',
      replace: 'namesInside(value, names)',
      test: inside('carries no way inside: neither Path nor Service-Route'),
    },
    {
      name: 'any-field',
      off: 'a field that nobody thought of names a server inside, and leaves',
      file: names,
      find: 'routesInside.has(lower) || namesInside(value, names)',
      replace: 'routesInside.has(lower)',
      test: inside('carries no further field that names a server inside, however it is written'),
    },
    {
      name: 'outbound-partners',
      off: 'requests go to domains that nobody listed',
      file: partnerRoute,
      find: "if (entry === undefined) return { ok: false, rejection: reject('partner-not-allowed', { domain: asked }) };",
      replace:
        "if (entry === undefined) return { ok: true, partner: asked, name: asked, at: { kind: 'srv', service: asked }, expect: { mode: 'sip-domain', domain: asked }, matchHostName: false };",
      test: test('does not exist for a domain that is not listed or is blocked'),
    },
    {
      name: 'asked-for-domain',
      off: 'what DNS answered is what the other side must prove',
      file: partnerRoute,
      find: "expect: { mode: 'sip-domain', domain: asked },",
      replace: "expect: { mode: 'host', name: 'edge.fabrikam.example' },",
      test: test('is found by SRV and must prove the domain that was asked for'),
    },
    {
      name: 'pinned-domain',
      off: 'a partner that proves its domain is not believed because its entry pins a server',
      file: peer,
      find: 'if (entry === undefined) continue;\n    const found',
      replace: "if (entry === undefined || 'fqdn' in entry) continue;\n    const found",
      test: test(
        'is a pinned partner by its domain too, and then speaks for that domain alone (RFC 5922 §7)',
      ),
    },
    {
      name: 'pin-inbound-domains',
      off: 'a certificate for one domain speaks for all domains of a pinned partner',
      file: peer,
      find: 'if (entry.domains.includes(name)) found.domains.push(name);',
      replace: 'if (entry.domains.includes(name)) found.domains.push(...entry.domains);',
      test: test(
        'is a pinned partner by its domain too, and then speaks for that domain alone (RFC 5922 §7)',
      ),
    },
    {
      name: 'pin-outbound',
      off: 'a server that is not the pinned one is dialled for a partner',
      file: partnerRoute,
      find: "expect: { mode: 'host', name: fqdn },",
      replace: "expect: { mode: 'sip-domain', domain: asked },",
      test: {
        file: 'packages/edge/test/dial-partner.test.ts',
        title:
          'must have the name that its entry pins; without it the refusal names the pin, and what the certificate has',
      },
    },
    {
      name: 'ours-in-a-name',
      off: 'a partner writes an address of ours into the name of its user',
      file: claimsOfPartners,
      find: ' && !showsAsOurs(uri, topology)',
      replace: '',
      test: claims('is taken off where it is an address of ours in the name of a user'),
    },
    {
      name: 'ours-in-a-long-name',
      off: 'a partner writes an address of ours into a name of thousands of characters, each of which is normalised and looked at',
      file: namesOfOurs,
      find: 'if (user.length > longestUser) return true;',
      replace: '',
      test: claims('is taken off where it is a name that is too long to be looked at'),
    },
    {
      name: 'address-of-call-info',
      off: 'a partner says in Call-Info that a user of ours gets the reply',
      file: claimsOfOutsiders,
      find: '&& isOf(value, (uri) => !isOfTelephone(uri) || mayName(uri))',
      replace: '',
      test: claims('is taken off, and the request comes in: Call-Info'),
    },
    {
      name: 'claims-in-answers',
      off: 'an answer of a partner names users of ours',
      file: claimsOfOutsiders,
      find: 'const changes = changedClaims(response, rules);',
      replace: 'const changes: FieldChange[] = [];',
      test: claims('says nothing of users of ours, and has no telephone answer: 180'),
    },
    {
      name: 'session-in-answers',
      off: 'a partner says by which nonce a telephone authenticates here next',
      file: claimsOfOutsiders,
      find: "  'Authentication-Info',",
      replace: '',
      test: claims('says nothing of how a telephone and its server go on: Authentication-Info'),
    },
    {
      name: 'warnings-of-ours',
      off: 'a partner warns in the name of a server of ours',
      file: claimsOfPartners,
      find: '!topology.externalNames.has(agent) && !isHostOfOurs(agent, topology)',
      replace: "agent !== ''",
      test: claims('warns in the name of no server of ours'),
    },
    {
      name: 'warnings-outside-names',
      off: 'a partner warns in the name of an edge of ours, as it is known outside',
      file: claimsOfPartners,
      find: '!topology.externalNames.has(agent) && ',
      replace: '',
      test: claims('warns in the name of no server of ours'),
    },
    {
      name: 'fields-of-refer-to',
      off: 'a partner has a telephone of ours call another one that answers by itself',
      file: claimsOfOutsiders,
      find: "change('Refer-To', transferOnly);",
      replace: '',
      test: claims('are taken off Refer-To, but those of a transfer: ?Answer-Mode=Auto'),
    },
    {
      name: 'fields-of-contact',
      off: 'the same by an answer that redirects',
      file: claimsOfOutsiders,
      find: "change('Contact', withoutFieldsInIt);",
      replace: '',
      test: claims('leads to no address with fields in it'),
    },
    {
      name: 'fields-of-transfers',
      off: 'a transfer with a question before it is lost',
      file: fieldsOfAddresses,
      find: 'ofTransfers.test(field) && ',
      replace: "ofTransfers.test('') && ",
      test: claims(
        'are taken off Refer-To, but those of a transfer: ?Replaces=1%40fabrikam.example%3Bto-tag%3D1%3Bfrom-tag%3D2&Require=replaces',
      ),
    },
    {
      name: 'line-in-a-field',
      off: 'a field of a transfer has a line break in it, and a second field behind that',
      file: fieldsOfAddresses,
      find: ' && !/%0[ad]/i.test(field)',
      replace: '',
      test: claims('are taken off Refer-To, but those of a transfer: ?Replaces=1%0D%0AAnswer-Mode:Auto'),
    },
    {
      name: 'fields-behind-fields',
      off: 'fields in an address stay where a parameter looks like an address with some',
      file: fieldsOfAddresses,
      find: 'if (uri.rawHeaders !== undefined) return undefined;',
      replace: '',
      test: claims(
        'are taken off with a Refer-To that cannot be read, and are no fields where it is an address of the web',
      ),
    },
  ],
};
