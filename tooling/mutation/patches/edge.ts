import type { MutationPatch, PatchList } from '../patch.ts';

const sources = 'packages/edge/src/';

const outsider = (title: string): MutationPatch['test'] => ({
  file: 'packages/testkit/test/federation.test.ts',
  title: `refuses at the edge: ${title}`,
});

const edge = (title: string): MutationPatch['test'] => ({ file: 'packages/edge/src/edge.test.ts', title });

const routing = (title: string): MutationPatch['test'] => ({
  file: 'packages/edge/src/decide-edge-route.test.ts',
  title,
});

/** That an edge applies the rules of the federation at all: seen from outside, by uninvited peers of two networks. */
export const patches: PatchList = {
  name: 'edge',
  list: [
    {
      name: 'register-along-a-route',
      off: 'a client registers the device of another user with the other end of a dialog',
      file: 'packages/edge/src/decide-edge-route.ts',
      find: "if (request.method === 'REGISTER') return refuse(registerInDialog());\n  const { device, user, via }",
      replace: 'const { device, user, via }',
      test: {
        file: 'packages/edge/src/decide-edge-route.test.ts',
        title: 'carries no REGISTER: who is at its end would answer in the place of a registrar',
      },
    },
    {
      name: 'register-with-a-partner',
      off: 'a partner answers in the place of the registrar, and the edge believes it',
      file: 'packages/edge/src/decide-edge-route.ts',
      find: 'if (!known.topology.isOurDomain(domain)) return refuse(registerElsewhere(domain));',
      replace: '',
      test: routing(
        'is none that a client registers along: a REGISTER is for one of our domains, and a partner is no registrar of ours',
      ),
    },
    {
      name: 'route-too-long',
      off: 'a user whose route is too long has a partner said to be unreachable',
      file: `${sources}forwarding.ts`,
      find: 'if (sealed === undefined) return routeTooLong;',
      replace: "if (sealed === undefined) throw new RangeError('too long');",
      test: edge('is not sent at all where its route inside is too long to be sealed'),
    },
    {
      name: 'registered-too-late',
      off: 'clients that leave before they are answered fill the table of devices',
      file: `${sources}forwarding.ts`,
      find: ' || sender.origin.isClosed) return;',
      replace: ') return;',
      test: edge('leads nowhere, and nothing is kept of it'),
    },
    {
      name: 'guessed-names',
      off: 'who guesses names of servers learns which exist',
      file: 'packages/edge/src/decide-edge-route.ts',
      find: "if (uri.kind === 'sip' && mayBeInsideName(topology, uri.host)) return",
      replace: "if (uri.kind === 'sip' && isInsideName(topology, uri.host)) return",
      test: {
        file: 'packages/edge/src/decide-edge-route.test.ts',
        title: 'answers for names of ours that do not exist as for those that do',
      },
    },
    {
      name: 'address-without-bound',
      off: 'anybody outside makes an edge log a fault, by an address that no entry can name',
      file: sources,
      find: 'address !== undefined && address.length <= longestAddress;',
      replace: 'address !== undefined;',
      test: edge('is no user: the client that sends by it, or registers it, hears 404, and nothing throws'),
    },
    {
      name: 'domain-authority',
      off: 'the edge takes any message from a partner',
      file: sources,
      find: 'const rejection = checkPartnerRequest(request, authority, topology, { isFromVouchedFor });',
      replace: 'const rejection = undefined as ReturnType<typeof checkPartnerRequest>;',
      test: outsider('a partner sends From one of our own users: domain-not-authorised'),
    },
    {
      name: 'route-inside',
      off: 'a partner may route requests to servers of ours',
      file: sources,
      find: "return next === undefined ? undefined : relay('Route', next.kind === 'sip' ? next.host : next.scheme);",
      replace: "return next?.kind !== 'sip' ? undefined : { kind: 'inside', server: next.host };",
      test: routing('goes to a home, and along no Route that they have written'),
    },
    {
      name: 'way-past-a-front-end',
      off: 'a callee writes into the route of a caller which server behind the front end the caller reaches',
      file: sources,
      find: "if (stray !== undefined) return relay('Route', stray.uri.toString());",
      replace: '',
      test: routing('refuses a way to a server inside that asks nobody who he is'),
    },
    {
      name: 'past-a-mediation-server',
      off: 'a callee writes behind a mediation server which server inside the caller reaches',
      file: sources,
      find: "      return sender !== 'mediation';\n    default:\n      return true;",
      replace:
        "      return sender !== 'mediation';\n    default:\n      return !routes.some(({ uri }) => uri.kind === 'sip' && roleOf(topology, uri.host) === 'mediation');",
      test: routing('refuses a way to a server inside that asks nobody who he is'),
    },
    {
      name: 'gateway-without-mediation',
      off: 'a callee leads a caller to a gateway past the mediation server',
      file: sources,
      find: "return sender !== 'mediation';",
      replace: 'return sender === undefined;',
      test: routing('refuses a way to a server inside that asks nobody who he is'),
    },
    {
      name: 'mediation-first-for-clients',
      off: 'what a client sends comes to a mediation server, which authenticates no client',
      file: sources,
      find: "client: new Set<Role>(['front-end', 'director']),",
      replace: "client: new Set<Role>(['front-end', 'director', 'mediation']),",
      test: routing('leads a partner, whose number was called, to the mediation server first, and no client'),
    },
    {
      name: 'guessed-contact',
      off: 'in a dialog an outsider may address any server inside whose name it guesses',
      file: sources,
      find: "if (isUriRevealed !== true && uri.kind === 'sip' && mayBeInsideName(topology, uri.host))",
      replace: "if (isUriRevealed === undefined && uri.kind === 'sip')",
      test: routing('refuses a Request-URI that names a server inside and is no Contact that we have sealed'),
    },
    {
      name: 'partner-list',
      off: 'a peer with any valid certificate is accepted as a partner',
      file: sources,
      find: 'const allowPartner = member.whileConfirmed(authorisePartner(topology, fqdn));',
      replace:
        "const allowPartner: ReturnType<typeof authorisePartner> = () => ({ ok: true, server: 'anybody', role: 'partner', row: links.federation.row });",
      test: outsider(
        'a domain that is not listed as a partner connects with a valid certificate: partner-not-allowed',
      ),
    },
    {
      name: 'port-of-the-peer',
      off: 'what a client follows later leads to the listener for partners',
      file: sources,
      find: "const address = sender.arrival.kind === 'client' ? addresses.clients : addresses.partners;",
      replace: 'const address = addresses.partners;',
      test: edge('lead an external client to the port of clients, in requests and in answers'),
    },
    {
      name: 'answers-assert-nothing',
      off: 'an answer from outside asserts an identity',
      file: 'packages/sip-relay/src/claims/claims-of-outsiders.ts',
      find: '  ...insiderFields,\n',
      replace: "  'P-Asserted-Identity',\n  'Entente-Diagnostics',\n",
      test: edge('is stripped from a response: neither identity nor diagnostics come in'),
    },
    {
      name: 'asserted-number',
      off: 'a partner may assert any telephone number',
      file: sources,
      find: 'else setIdentities(editor, assertableIdentities(request));',
      replace: '',
      test: edge(
        'comes in from a partner where it is an address of his domain, and not where it is a number',
      ),
    },
    {
      name: 'author-of-a-partner',
      off: 'a partner names any user as the author of what its room delivers',
      file: sources,
      find: "arrival.kind !== 'partner' || !speaksFor(arrival.authority, uri.host.toLowerCase())",
      replace: "arrival.kind !== 'partner' || uri.host === ''",
      test: {
        file: 'packages/edge/src/authors-of-partners.test.ts',
        title: 'stays outside where it is a user of another partner, and the message comes in',
      },
    },
    {
      name: 'author-named-as-ours',
      off: 'a partner names a user of ours as the author, in the name of its own',
      file: sources,
      find: 'return !showsAsOurs(uri, topology);',
      replace: "return user !== '';",
      test: {
        file: 'packages/edge/src/authors-of-partners.test.ts',
        title: 'stays outside where it is a user of ours in the name of its own, and the message comes in',
      },
    },
    {
      name: 'list-before',
      off: 'the list of the issuing authority before is gone outside as soon as our certificate is by the next one',
      file: `${sources}publication/mirrored-objects.ts`,
      find: 'if (isOurs && !byId.has(id) && listOf(authority) !== undefined) byId.set(id, authority);',
      replace: "if (isOurs && id === '') byId.set(id, authority);",
      test: {
        file: 'packages/edge/src/publication/mirrored-objects.test.ts',
        title:
          'serves the list of an issuing authority after our own certificate is by the next one, while it has a list',
      },
    },
  ],
};
