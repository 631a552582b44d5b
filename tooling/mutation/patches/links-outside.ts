import type { MutationPatch, PatchList } from '../patch.ts';

const edge = 'packages/edge/src/edge.ts';
const edgeForwarding = 'packages/edge/src/forwarding.ts';
const partnerPeer = 'packages/federation/src/partner-peer.ts';
const mayOpen = 'packages/topology/src/matrix/may-open.ts';
const caller = 'packages/authority/src/caller.ts';

const at =
  (file: string) =>
  (title: string): MutationPatch['test'] => ({ file: `tooling/links-outside/${file}.test.ts`, title });
const clients = at('clients');
const partners = at('partners');
const authority = at('authority');
const versions = at('tls-versions');
const opening = (title: string): MutationPatch['test'] => ({
  file: 'packages/topology/test/may-open.test.ts',
  title,
});

/** Links of clients, partners, members and administrators: who may open them, and what a topology closes. */
export const patches: PatchList = {
  name: 'links-outside',
  list: [
    {
      name: 'partner-by-closed-row',
      off: 'a partner connects although the topology has the edge alone open the link',
      file: partnerPeer,
      find: 'if (!allowed.ok) return allowed;',
      replace: '',
      test: partners(
        'has the edge refuse a partner that dials where the edge alone opens it: direction-not-allowed',
      ),
    },
    {
      name: 'dialled-partner-by-closed-row',
      off: 'an edge stays connected over a link of its own that the topology has the partner alone open',
      file: partnerPeer,
      find: 'mayOpen(current, ours, theirs, row)',
      replace: 'mayOpen(current, theirs, ours, row)',
      // Where the topology says so from the beginning, the edge dials nobody.
      test: {
        file: 'packages/federation/test/authorise-partner.test.ts',
        title: 'a connection with a partner stays where side b alone opens the link, if that has opened it',
      },
    },
    {
      name: 'partner-sends',
      off: 'a partner sends requests although the topology has the edge alone send them',
      file: edge,
      find: 'const allowed = this.#partnerRule(topology, row);',
      replace: 'const allowed = { ok: true as const, row };',
      test: partners('has the edge refuse requests of a partner where the edge alone sends them'),
    },
    {
      name: 'sends-to-partner',
      off: 'an edge sends requests to a partner that the topology has send them alone',
      file: edgeForwarding,
      find: 'return refused ?? {',
      replace: 'if (refused !== undefined) this.refusesFlow();\n    return {',
      test: partners(
        'has the edge send a partner nothing over a link of its own where the partner alone sends requests: link-not-allowed',
      ),
    },
    {
      name: 'partner-is-dialled',
      off: 'an edge dials a partner that the topology has open the link alone, and refuses who answers',
      file: 'packages/edge/src/dial-partner.ts',
      find: 'if (!opened.ok) throw',
      replace: 'if (!opened.ok && row < 0) throw',
      test: partners(
        'has the edge send a partner nothing over a link of its own where the partner alone opens it: direction-not-allowed',
      ),
    },
    {
      name: 'partner-is-told-why',
      off: 'a partner learns from an edge why it was refused',
      file: 'packages/edge/src/serve-edge.ts',
      find: 'isToldNothing: ({ row }: Link) => outsideRows.has(row),',
      replace: 'isToldNothing: ({ row }: Link) => outsideRows.has(-row),',
      test: partners('has the edge refuse requests of a partner where the edge alone sends them'),
    },
    {
      name: 'sends-to-external-clients',
      off: 'an edge sends requests to external clients although the topology has them send alone',
      file: edgeForwarding,
      find: 'return notSentOut(mayReach.clients(topology(), links.clientToEdge.row));',
      replace:
        'void notSentOut(mayReach.clients(topology(), links.clientToEdge.row));\n    return undefined;',
      test: clients('has an edge send none to a client: link-not-allowed'),
    },
    {
      name: 'sends-to-internal-clients',
      off: 'a front end sends requests to internal clients although the topology has them send alone',
      file: 'packages/front-end/src/forwarding.ts',
      find: 'return notSentOut(mayReachClients(topology(), links.clientToFrontEnd.row));',
      replace:
        'void notSentOut(mayReachClients(topology(), links.clientToFrontEnd.row));\n    return undefined;',
      test: clients('has a front end send none to a client: link-not-allowed'),
    },
    {
      name: 'administrator-by-closed-row',
      off: 'an authority answers administrators although the topology closes their link to it',
      file: 'packages/authority/src/administrators.ts',
      find: 'if (!topology.servers.has(authority)) return undefined;',
      replace: "if (!topology.servers.has(authority) || authority !== '') return undefined;",
      test: {
        file: 'apps/authority-server/test/administrators.test.ts',
        title:
          'loses open connections and commands at once, and takes nothing back: role-not-allowed-on-link',
        inOrder: true,
      },
    },
    {
      name: 'closed-to-external-clients',
      off: 'an edge serves external clients although the topology closes their row',
      file: edge,
      find: 'const allowed = this.#clientRule(topology, row);',
      replace: 'const allowed = { ok: true as const, row };',
      test: clients('of external clients has each of their requests refused'),
    },
    {
      name: 'closed-to-internal-clients',
      off: 'a front end serves internal clients although the topology closes their row',
      file: 'packages/sip-relay/src/admission/admission.ts',
      find: 'const allowed = this.#clientRule(topology(), origin.link.row);',
      replace: 'const allowed = { ok: true as const, row: origin.link.row };',
      test: clients('of internal clients has each of their requests refused'),
    },
    {
      name: 'certificate-of-client',
      off: 'an edge asks external clients for a certificate',
      file: 'packages/edge/src/serve-edge.ts',
      find: "clientCertificate: 'none',",
      replace: "clientCertificate: 'optional',\n        allow: allowPartner,",
      test: clients('is asked for no certificate by an edge, and is nobody whatever it has'),
    },
    {
      name: 'anybody-is-client',
      off: 'a front end judges nobody, and takes who has a certificate for a client',
      file: 'packages/sip-relay/src/inside/inside-sockets.ts',
      find: '        clientCertificate,\n        ...(ignoreUnknownIssuer === undefined ? {} : { ignoreUnknownIssuer }),\n        allow,',
      replace:
        "...(clientCertificate === 'optional' ? { clientCertificate: 'none' } : { clientCertificate, allow }),",
      test: clients(
        'is judged as a server by a front end where it shows a certificate, and refused with a certificate that was revoked: revoked',
      ),
    },
    {
      name: 'any-server-asks-authority',
      off: 'an authority answers servers of any role, also where the topology closes the row',
      file: caller,
      find: 'return authorise(topology, local)(peer, link);',
      replace:
        "void authorise(topology, local)(peer, link);\n    return { ok: true, server: peer.dnsNames[0] ?? '', role: 'edge', row: links.memberToAuthority.row };",
      test: authority('refuses another authority: role-not-allowed-on-link'),
    },
    {
      name: 'cut-edge-asks-authority',
      off: 'an authority answers an edge that may only be pushed to',
      file: caller,
      find: 'const topology = context.topology();\n    const administrator',
      replace:
        'const inForce = context.topology();\n    const topology = inForce && { ...inForce, narrowings: new Map() };\n    const administrator',
      test: authority(
        'refuses an edge that dials although only pushes are open to it: role-not-allowed-on-link',
      ),
    },
    {
      name: 'either-side-opens',
      off: 'a link to a party outside is opened from the side that may not open it',
      file: mayOpen,
      find: 'if (includesSide(rule.mayOpen, rule.side)) return { ok: true, row };',
      replace:
        'if (includesSide(rule.mayOpen, rule.side) || rule.side !== undefined) return { ok: true, row };',
      test: opening('is side a alone, where the topology says so'),
    },
    {
      name: 'closed-row-opens',
      off: 'a link to a party outside is opened although its row is closed',
      file: mayOpen,
      find: 'if (rule === undefined) {',
      replace: 'if (rule === undefined) return { ok: true, row };\n  if (rule === undefined) {',
      test: opening('is nobody where the row is closed for this edge'),
    },
    {
      name: 'identities-in-one-line',
      off: 'the identities that a partner may assert are lost where it asserts a number beside them',
      file: 'packages/edge/src/inward-fields.ts',
      find: "changeFields(editor, [['P-Asserted-Identity', oneLine(values)]]);",
      replace: "editor.remove('P-Asserted-Identity');",
      test: {
        file: 'packages/edge/src/claims-of-partners.test.ts',
        title: 'is one field of the identities that a partner asserts',
      },
    },
    {
      name: 'telephones-with-tls-1-2',
      off: 'no telephone without TLS 1.3 connects to a front end, and no gateway',
      file: 'packages/sip-relay/src/inside/inside-sockets.ts',
      find: "...(isForOthers ? { minVersion: 'TLSv1.2' } : {}),",
      replace: '',
      test: versions('may speak TLS 1.2, with keys of the session alone and authenticated encryption'),
    },
    {
      name: 'servers-of-ours-speak-tls-1-3',
      off: 'a server of ours speaks TLS 1.2 to another',
      file: 'packages/sip-relay/src/inside/inside-sockets.ts',
      find: 'isForOthers = false',
      replace: 'isForOthers = true',
      test: versions('a server of ours speaks TLS 1.3 to another'),
    },
    {
      name: 'outsiders-with-tls-1-2',
      off: 'no telephone and no partner without TLS 1.3 connects to an edge',
      file: 'packages/edge/src/serve-edge.ts',
      find: "const programsOfOthers = 'TLSv1.2';",
      replace: "const programsOfOthers = 'TLSv1.3';",
      test: versions('may speak TLS 1.2, with keys of the session alone and authenticated encryption'),
    },
    {
      name: 'partners-dialled-with-tls-1-2',
      off: 'a partner whose edge has no TLS 1.3 is never reached',
      file: 'packages/edge/src/dial-partner.ts',
      find: "    minVersion: 'TLSv1.2',\n",
      replace: '',
      test: {
        file: 'packages/edge/test/dial-partner.test.ts',
        title: 'may speak TLS 1.2: what runs there is the choice of the partner',
      },
    },
    {
      name: 'gateways-dialled-with-tls-1-2',
      off: 'a gateway without TLS 1.3 is never reached',
      file: 'packages/sip-endpoint/src/connection/dial-server.ts',
      find: "...(hop.isForeign === true ? { minVersion: 'TLSv1.2' } : {}),",
      replace: '',
      test: {
        file: 'packages/sip-endpoint/test/dialled-versions.test.ts',
        title: 'is spoken to where it is a gateway',
      },
    },
    {
      name: 'suites-of-tls-1-2',
      off: 'CBC is accepted, and a key that an RSA certificate opens',
      file: 'packages/tls/src/credential/platform-settings.ts',
      find: "...(minVersion === 'TLSv1.2' ? { ciphers } : {}),",
      replace: '',
      test: {
        file: 'packages/tls/test/platform-rules.test.ts',
        title: 'all have keys of the session alone and authenticated encryption (RFC 9325 §4.2)',
      },
    },
    {
      name: 'values-in-one-line',
      off: 'values that stay are a field each, and more than a message may have',
      file: 'packages/sip-relay/src/field-changes.ts',
      find: 'else editor.set(name, value);',
      replace:
        "else {\n      editor.remove(name);\n      for (const one of value.split(',')) editor.append(name, one);\n    }",
      test: {
        file: 'packages/edge/src/claims-of-partners.test.ts',
        title: 'is one field, however many values it has: History-Info',
      },
    },
    {
      name: 'one-value',
      off: 'a field that has one value gets several',
      file: 'packages/sip-relay/src/field-changes.ts',
      find: 'ofOneValue.has(name) ? kept[0] : oneLine(kept)',
      replace: 'oneLine(kept)',
      test: {
        file: 'packages/edge/src/claims-of-partners.test.ts',
        title: 'is one value where the field has but one',
      },
    },
  ],
};
