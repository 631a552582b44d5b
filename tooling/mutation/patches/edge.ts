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

const revealing = 'packages/sip-proxy/src/topology-hiding/reveal-routes.ts';
const sealing = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-proxy/src/sealing/epoch-sealing.test.ts',
  title,
});

const sealed = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-proxy/test/hidden-path.test.ts',
  title,
});

/** What reaches somebody outside, byte by byte; the tests are one conversation. */
const bytes: MutationPatch['test'] = {
  file: 'packages/testkit/test/hidden-names.test.ts',
  title: 'names no server inside, in not one byte',
  inOrder: true,
};

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
      name: 'seal-verified',
      off: 'a sealed way may be changed',
      file: 'packages/sip-proxy/src/sealing/ccm-sealer.ts',
      find: 'opening.final();',
      replace: 'void opening;',
      test: sealing('opens with no bit of it changed, in no other spelling, and not cut short'),
    },
    {
      name: 'seal-verified-before',
      off: 'a way that is sealed in the form of the version before may be changed',
      file: 'packages/sip-proxy/src/sealing/gcm-opener.ts',
      find: 'opening.final();',
      replace: 'void opening;',
      test: sealing('opens in the form of the version before, for its purpose and context alone'),
    },
    {
      name: 'seal-of-version-before',
      off: 'a server cannot open what those of the version before have sealed',
      file: 'packages/sip-proxy/src/sealing/epoch-sealing.ts',
      find: '? undefined : this.#opened(before, as, bytes));',
      replace: '? undefined : undefined);',
      test: sealing('opens in the form of the version before, for its purpose and context alone'),
    },
    {
      name: 'seal-too-long',
      off: 'a text is sealed without its whole tag',
      file: 'packages/sip-proxy/src/sealing/ccm-sealer.ts',
      find: 'if (size > usualTextBytes || at + size + ccmTagBytes > into.length) throw tooLong(size);',
      replace: '',
      test: {
        file: 'packages/sip-proxy/src/sealing/ccm-sealer.test.ts',
        title:
          'has at most 3,072 bytes, and room for them; what has not is not sealed, and the next one is as ever',
      },
    },
    {
      name: 'seal-chain',
      off: 'the tag of a text depends on what was sealed before it',
      file: 'packages/sip-proxy/src/sealing/ccm-sealer.ts',
      find: 'for (let i = 0; i < blockBytes; i++) input[i]! ^= this.#last[i]!;',
      replace: '',
      test: {
        file: 'packages/sip-proxy/src/sealing/ccm-sealer.test.ts',
        title: 'is what OpenSSL makes of it, text after text',
      },
    },
    {
      name: 'seal-nonce',
      off: 'all texts are sealed with one key stream',
      file: 'packages/sip-proxy/src/sealing/ccm-sealer.ts',
      find: 'counts.set(nonce, at + 1);',
      replace: '',
      test: {
        file: 'packages/sip-proxy/src/sealing/ccm-sealer.test.ts',
        title: 'is what OpenSSL makes of it, text after text',
      },
    },
    {
      name: 'seal-required',
      off: 'an entry of ours that we did not seal is passed over',
      file: revealing,
      find: 'if (opened === undefined || sealed !== undefined) return notSealed(top);',
      replace: 'if (sealed !== undefined) return notSealed(top);',
      test: sealed('is refused where its way was changed, sealed by another edge, or is none'),
    },
    {
      name: 'way-lengthened',
      off: 'somebody outside may add hops to a sealed way',
      file: revealing,
      find: 'if (rest[0] !== undefined) return notSealed(rest[0].uri);',
      replace: '',
      test: sealed('is refused where somebody has put a hop behind the way, or a second way'),
    },
    {
      name: 'answer-way-restored',
      off: 'a response from outside may add hops to the route inside',
      file: 'packages/sip-proxy/src/topology-hiding/hidden-path.ts',
      find: "const restored = [...values.slice(0, at), own.inside, ...request.values('Record-Route')];",
      replace:
        "const restored = [...values.slice(0, at), own.inside, ...request.values('Record-Route'), ...values.slice(at + 1)];",
      test: sealed(
        'comes back without what the other side added to it: Via values, and hops below our entry',
      ),
    },
    {
      name: 'way-out-hidden',
      off: 'Via and Record-Route of servers inside go out with a request',
      file: sources,
      find: 'hidePath(editor, via, this.#own?.sealed ?? this.#entryOfNotify());',
      replace: "if (this.#own !== undefined) editor.prepend('Record-Route', this.#own.sealed);",
      test: edge('shows a partner no name of the inside, and its answers find their way back'),
    },
    {
      name: 'answer-route-hidden',
      off: 'the route set of an answer goes out as it came from the inside',
      file: sources,
      find: 'hideRecordRoute(editor, response, this.#recordRoute, (hops) =>',
      replace: 'if (response === undefined) hideRecordRoute(editor, response, this.#recordRoute, (hops) =>',
      test: edge(
        'shows nobody outside the answers of the inside but for what is his: no route, warning or reason of ours',
      ),
    },
    {
      name: 'answer-names-hidden',
      off: 'warnings, Path and whatever else names a server inside go out with an answer',
      file: sources,
      find: 'hideInside(editor, response, address, this.#options);',
      replace: '',
      test: bytes,
    },
    {
      name: 'request-names-hidden',
      off: 'fields that name a server inside go out with a request',
      file: sources,
      find: 'hideInside(editor, request, this.#address, this.#options);',
      replace: '',
      test: edge('shows a partner no name of the inside, and its answers find their way back'),
    },
    {
      name: 'diagnostics-stay',
      off: 'Entente-Diagnostics and asserted identities go out',
      file: sources,
      find: "for (const name of insiderFieldsOf(message, 'out')) editor.remove(name);",
      replace: '',
      test: edge(
        'shows nobody outside the answers of the inside but for what is his: no route, warning or reason of ours',
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
      name: 'contact-hidden',
      off: 'the Contact of a server inside goes out',
      file: sources,
      find: 'hideContacts(editor, message, { address, sealing, isInside });',
      replace: '',
      test: edge('shows a partner no name of the inside, and its answers find their way back'),
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
      name: 'way-of-the-partner',
      off: 'a partner may use the way that was sealed for another',
      file: sources,
      find: "if (via === '' || !speaksFor(authority, via))",
      replace: "if (via === '?')",
      test: routing(
        'leads nobody in but whom it was sealed for: no partner by that of another or of a client, no client by that of a partner',
      ),
    },
    {
      name: 'way-of-the-client',
      off: 'a client may use the way that was sealed for a partner',
      file: sources,
      find: "if (via !== '') return relay('Route', 'a route sealed for a partner');",
      replace: "if (via !== '') return home(addressOf(request.from.uri), topology);",
      test: routing(
        'leads nobody in but whom it was sealed for: no partner by that of another or of a client, no client by that of a partner',
      ),
    },
    {
      name: 'request-uri-that-leaves',
      off: 'a Request-URI that names a server inside goes out',
      file: sources,
      find: "if (routes.uri.kind === 'sip' && isInsideName(topology, routes.uri.host))",
      replace: "if (routes.uri.kind === 'sip' && routes.uri.host === '')",
      test: routing(
        'is refused where its Request-URI names a server inside, as a user inside may write it in a dialog',
      ),
    },
    {
      name: 'route-that-leaves',
      off: 'a Route that names a server inside goes out',
      file: sources,
      find: "if (hop.kind === 'sip' && isInsideName(topology, hop.host))",
      replace: "if (hop.kind === 'sip' && hop.host === '')",
      test: routing('is refused where its Route would carry the name of a server inside'),
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
