import type { MutationPatch, PatchList } from '../patch.ts';

const sources = 'packages/edge/src/';

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

/** That nothing of the inside is shown outside, and that the ways that lead in are those that an edge has sealed. */
export const patches: PatchList = {
  name: 'sealed-ways',
  list: [
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
      name: 'contact-hidden',
      off: 'the Contact of a server inside goes out',
      file: sources,
      find: 'hideContacts(editor, message, { address, sealing, isInside });',
      replace: '',
      test: edge('shows a partner no name of the inside, and its answers find their way back'),
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
  ],
};
