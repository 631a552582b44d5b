import type { MutationPatch, PatchList } from '../patch.ts';

const route = 'packages/sip-proxy/src/route/';
const decideRoute = 'packages/sip-proxy/src/route/decide-route.ts';
const decideEdgeRoute = 'packages/edge/src/decide-edge-route.ts';
const identity = 'packages/sip-proxy/src/identity/identity.ts';
const gruu = 'packages/sip-proxy/src/registration/gruu.ts';

const dialogs = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-proxy/test/dialog-routing.test.ts',
  title,
});
const routing = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-proxy/test/routing.test.ts',
  title,
});
const gruus = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-proxy/test/gruu.test.ts',
  title,
});
const edge = (title: string): MutationPatch['test'] => ({
  file: 'packages/edge/test/dialogs.test.ts',
  title,
});
const edgeRoutes = (title: string): MutationPatch['test'] => ({
  file: 'packages/edge/src/decide-edge-route.test.ts',
  title,
});
const frontEnd = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/src/dialogs.test.ts',
  title,
});
const unread =
  'finds what it cannot read: made with another key, changed, of another dialog, or in no dialog at all';

/** Who may send in a dialog, and where that goes. */
export const patches: PatchList = {
  name: 'calls',
  list: [
    {
      name: 'way-back-of-later-answers',
      off: 'a device that has accepted a call answers calls of others as often as it likes',
      file: 'packages/sip-relay/src/relay/accepted-call.ts',
      find: 'if (back === undefined || serverTransactionKey(back) !== accepted.received.key) {',
      replace: 'if (back === undefined || serverTransactionKey(back) === undefined) {',
      test: {
        file: 'packages/sip-relay/test/accepted-call.test.ts',
        title: 'passes on no 2xx that would go back to another request of the caller',
      },
    },
    {
      name: 'repeated-answer',
      off: 'a call ends because its device repeats its answer after another one has sent what may not',
      file: 'packages/sip-relay/src/relay/accepted-call.ts',
      find: '(this.#refused !== undefined && !hasPassed)',
      replace: 'this.#refused !== undefined',
      test: {
        file: 'packages/sip-relay/test/accepted-call.test.ts',
        title: 'lets a call go on whose device repeats its answer after that of another one was refused',
      },
    },
    {
      name: 'repeated-answer-of-branch',
      off: 'the same, while another target is still asked',
      file: 'packages/sip-relay/src/relay/relayed-request.ts',
      find: '(refused !== undefined || this.passed?.has(response.to.tag) !== true)',
      replace: 'response.status > 0',
      test: {
        file: 'packages/sip-relay/test/accepted-call.test.ts',
        title: 'lets a call go on whose device repeats its answer after that of another one was refused',
      },
    },
    {
      name: 'another-way-back',
      off: 'a device believes in a call whose answer went to nobody',
      file: 'packages/sip-relay/src/relay/accepted-call.ts',
      find: 'if (!hasPassed) this.#end(response, accepted);',
      replace: '',
      test: {
        file: 'packages/sip-relay/test/accepted-call.test.ts',
        title:
          'ends the call of a further device whose answer has another way back, and that of none that has passed',
      },
    },
    {
      name: 'way-to-later-answers',
      off: 'a call that must not go on is ended by way of its caller, and so goes on',
      file: 'packages/sip-relay/src/relay/accepted-call.ts',
      find: 'run.recorded ?? recordedIn(client.request)',
      replace: 'recordedIn(client.request)',
      test: {
        file: 'packages/sip-relay/test/accepted-call.test.ts',
        title:
          'ends the call of a further device by the same way where another target was asked until after the first has accepted',
      },
    },
    {
      name: 'endless-bridges',
      off: 'two bridges that lead to each other call for ever',
      file: 'packages/sip-endpoint/src/user-agent/bridge.ts',
      find: 'if (hops === 0) return refuse(483);',
      replace: '',
      test: {
        file: 'packages/sip-endpoint/test/bridge.test.ts',
        title: 'ends at Max-Forwards 0, and takes no INVITE without an offer',
      },
    },
    {
      name: 'token-of-its-dialog',
      off: 'a token of one dialog opens in another',
      file: 'packages/sip-proxy/src/route/dialog-end.ts',
      find: 'const { callId, from, to } = request;',
      replace: "const { from, to } = request;\n  const callId = '';",
      test: routing(unread),
    },
    {
      name: 'address-that-was-called',
      off: 'the called user writes any address into From',
      file: 'packages/sip-proxy/src/route/dialog-end.ts',
      find: 'return addressOfRecord(uri) ?? uri.toString();',
      replace: 'return (addressOfRecord(uri) ?? uri.toString()).slice(0, 0);',
      test: routing(unread),
    },
    {
      name: 'token-needs-a-dialog',
      off: 'the token of a dialog serves for a request in none',
      file: route,
      find: 'if (request.to.tag !== undefined) {',
      replace: "if (rawUser !== '') {",
      test: routing(unread),
    },
    {
      name: 'dialog-needs-a-token',
      off: 'a peer that knows Call-ID and tags sends in a dialog',
      file: decideRoute,
      find: "if ((request.to.tag !== undefined && request.method !== 'REGISTER') || request.method === 'ACK')",
      replace: "if (request.method === 'ACK')",
      test: dialogs('is refused without our token, for every sender, and is looked up nowhere'),
    },
    {
      name: 'unreadable-token',
      off: 'a token that cannot be read is passed over',
      file: decideRoute,
      find: 'if (unreadable !== undefined)',
      replace: 'if (unreadable === uri)',
      test: dialogs(
        'is refused with a token that cannot be read: 403, and 430 for a server, whose flow has failed',
      ),
    },
    {
      name: 'neighbour-of-the-token',
      off: 'in a dialog a client adds any server of ours to its Route',
      file: decideRoute,
      find: "if (next.kind === 'sip' && known.isOurServer(next.host) && leadsTo(end, known.routeName(next.host), known))",
      replace: "if (next.kind === 'sip' && known.isOurServer(next.host))",
      test: dialogs(
        'goes to no other server than that neighbour, whatever its sender has written behind our entry: mediation1.contoso.example',
      ),
    },
    {
      name: 'route-of-a-client',
      off: 'a client or partner chooses servers of ours by a Route of its own',
      file: decideRoute,
      find: "if (arrival.kind === 'server' && next.kind === 'sip' && known.isOurServer(next.host))",
      replace: "if (next.kind === 'sip' && known.isOurServer(next.host))",
      test: routing(
        'lets no client or partner choose a server by a Route of its own: <sip:fe2.contoso.example;lr>',
      ),
    },
    {
      name: 'path-of-a-client',
      off: 'a client uses the Path of a user past that user’s home',
      file: decideRoute,
      find: "if (arrival.kind !== 'server') return relayNotAllowed('Route', 'a Path entry');",
      replace: '',
      test: routing('follows a Path entry for the registrar alone, to that very flow of the device'),
    },
    {
      name: 'user-at-the-end',
      off: 'any user sends in the dialog of others',
      file: identity,
      find: "if (!addresses.includes(user)) return notAuthorised('Route', addresses, user || 'nobody of ours', agent);",
      replace: '',
      test: dialogs('is nobody’s who is not at that end, whatever address was called'),
    },
    {
      name: 'from-of-the-caller',
      off: 'in a dialog the caller writes any From',
      file: identity,
      find: "if (dialog.sender === 'caller')",
      replace: "if (user === '')",
      test: dialogs('lets the caller write no other From than its own, as outside of a dialog'),
    },
    {
      name: 'assertion-in-a-dialog',
      off: 'a server sends in the dialog of one user as another',
      file: 'packages/sip-relay/src/admission/',
      find: "if (user !== '' && identity !== nobody && identity.asserted !== user)",
      replace: "if (user === '?')",
      test: frontEnd('is vouched for by the server that sends: another user’s assertion counts for nothing'),
    },
    {
      name: 'acknowledging-user',
      off: 'a user acknowledges the calls of others',
      file: 'packages/sip-relay/src/admission/',
      find: "if (device === '' || origin.users.size > 0) return notAuthenticated;",
      replace: '',
      test: frontEnd(
        'acknowledges on the connection of that user, or by the token alone on one that is nobody’s; on that of another user never',
      ),
    },
    {
      name: 'answering-peer',
      off: 'any client answers a request that another one got',
      file: 'packages/sip-endpoint/src/transaction/may-answer.ts',
      find: 'return asked.source !== undefined && asked.source.address === answering.source?.address;',
      replace: 'return true;',
      test: {
        file: 'packages/sip-endpoint/src/transaction/transaction-layer.test.ts',
        title:
          'takes the answer of a client over another connection from the same address, and of nobody else',
      },
    },
    {
      name: 'answering-server',
      off: 'a client answers for a server',
      file: 'packages/sip-endpoint/src/transaction/may-answer.ts',
      find: 'return server === undefined && !openedByUs;',
      replace: 'return server !== undefined || !openedByUs;',
      test: {
        file: 'packages/sip-endpoint/src/transaction/transaction-layer.test.ts',
        title: 'takes the answer of a server on the connection alone that it was asked on',
      },
    },
    {
      name: 'acknowledging-bounded',
      off: 'a client that has proven nothing sends ACKs without end',
      file: 'packages/sip-relay/src/admission/',
      find: 'if (!this.#acks.take(origin, request.wire.length, clock())) return notAuthenticated;',
      replace: '',
      test: frontEnd(
        'acknowledges no more than 16 times at once, and 32 KiB, where nobody has authenticated',
      ),
    },
    {
      name: 'acknowledging-bounded-at-the-edge',
      off: 'an external client that has proven nothing sends ACKs inside without end',
      file: 'packages/edge/src/edge.ts',
      find: 'return this.#acks.take(origin, request.wire.length, this.#clock());',
      replace: 'return true;',
      test: edge('carries a few ACKs over a second connection, where no device has registered, and no more'),
    },
    {
      name: 'called-behind-an-edge',
      off: 'a user behind an edge who was called by a foreign address is not challenged',
      file: 'packages/sip-relay/src/admission/',
      find: ": dialog[dialog.sender].user !== '';",
      replace: ": uri.kind === 'sip' && topology().isOurDomain(uri.host);",
      test: frontEnd(
        'authenticates behind an edge as the user who was called, whatever address that was: sip:alice@fabrikam.example',
      ),
    },
    {
      name: 'gruu-of-a-registration',
      off: 'a temporary GRUU counts for ever',
      file: gruu,
      find: 'return binding.gruusSince !== undefined && issuedAt >= binding.gruusSince;',
      replace: 'return issuedAt >= 0;',
      test: gruus(
        'is void with 404 once its device has registered with another Call-ID, and once its registration is over',
      ),
    },
    {
      name: 'gruu-of-its-device',
      off: 'a temporary GRUU reaches every device of its user',
      file: gruu,
      find: 'if (binding.instance === undefined || instanceOf(deviceOf(binding)) !== instance) return false;',
      replace: "if (instance === '') return false;",
      test: gruus('reaches its device and no other of the user'),
    },
    {
      name: 'forgotten-epoch',
      off: 'what was derived from a lost key goes on to open',
      file: 'packages/sip-proxy/src/sealing/epoch-sealing.ts',
      find: 'return derived?.from === from ? derived : undefined;',
      replace: 'return derived;',
      test: {
        file: 'packages/sip-proxy/src/sealing/epoch-sealing.test.ts',
        title: 'open nothing of an epoch that is forgotten, though it has opened before',
      },
    },
    {
      name: 'known-seal-key',
      off: 'a text that was sealed here opens after its key is lost',
      file: 'packages/sip-proxy/src/sealing/epoch-sealing.ts',
      find: 'if (seal !== undefined && seal.from === this.#keys.keyOf(seal.epoch))',
      replace: 'if (seal !== undefined)',
      test: {
        file: 'packages/sip-proxy/src/sealing/epoch-sealing.test.ts',
        title: 'open nothing of an epoch that is forgotten, though it has opened before',
      },
    },
    {
      name: 'known-seal-context',
      off: 'a text that was sealed here opens for another dialog',
      file: 'packages/sip-proxy/src/sealing/epoch-sealing.ts',
      find: 'return seal.purpose === purpose && seal.context === context ?',
      replace: 'return seal.purpose === purpose ?',
      test: {
        file: 'packages/sip-proxy/src/sealing/epoch-sealing.test.ts',
        title: 'opens for the same purpose and context, and says nothing to anybody else',
      },
    },
    {
      name: 'known-seals-bounded',
      off: 'texts that were sealed here are remembered for ever',
      file: 'packages/sip-proxy/src/sealing/known-seals.ts',
      find: 'if (this.#characters + characters > maxCharacters) {',
      replace: 'if (this.#characters + characters < 0) {',
      test: {
        file: 'packages/sip-proxy/src/sealing/known-seals.test.ts',
        title: 'are so few that their characters have room, however long each is',
      },
    },
    {
      name: 'unreadable-at-the-edge',
      off: 'an edge sends out what carries a token that it cannot read',
      file: decideEdgeRoute,
      find: 'if (routes.unreadable !== undefined)',
      replace: "if (routes.unreadable?.scheme === '?')",
      test: edge(
        'with other keys sends what it cannot read to nobody: no partner’s message goes to another partner',
      ),
    },
    {
      name: 'dialog-from-outside',
      off: 'outsiders send in a dialog without the route that was sealed for them',
      file: decideEdgeRoute,
      find: "return request.method === 'ACK' || (request.to.tag !== undefined && request.method !== 'REGISTER');",
      replace: "return request.method === '';",
      test: edgeRoutes(
        'names no dialog: with a tag in To and without our entry it is refused, and an ACK too',
      ),
    },
    {
      name: 'dialog-from-inside',
      off: 'servers send out in a dialog without our entry',
      file: decideEdgeRoute,
      find: '  if (request.to.tag !== undefined) return notInDialog();\n',
      replace: '',
      test: edge(
        'is refused without our entry, with every tag and Call-ID right: from a partner, a client and a server',
      ),
    },
    {
      name: 'registered-connection',
      off: 'a route sealed for one client serves over the connection of another',
      file: decideEdgeRoute,
      find: "if (!isOn(user, device, flow) && (user === '' || isUsed(flow)))",
      replace: "if (user === '')",
      test: edgeRoutes('leads no client in but the user whose device is registered over its connection'),
    },
    {
      name: 'accepted-registration',
      off: 'an edge believes a registration that the registrar has refused',
      file: 'packages/edge/src/forwarding.ts',
      find: "if (request.method === 'REGISTER' && response.status === 200) this.#registered();",
      replace: "if (request.method === 'REGISTER') this.#registered();",
      test: edge('is not reached by a Path whose registration the registrar has refused'),
    },
    {
      name: 'devices-of-a-connection',
      off: 'one connection fills the table of devices',
      file: 'packages/sip-relay/src/device-flows.ts',
      find: 'if (entries.length > maxPerFlow) this.#remove(entries[0]!);',
      replace: '',
      test: {
        file: 'packages/sip-relay/src/device-flows.test.ts',
        title: 'are at most 32 on one connection: of more the first are forgotten',
      },
    },
    {
      name: 'extensions-in-a-call',
      off: 'a request in a call that needs an extension is taken as if there were one',
      file: 'packages/sip-endpoint/src/user-agent/call.ts',
      find: '} else if (refused !== undefined) transaction.respond(refused);',
      replace: "} else if (refused !== undefined && method === 'OPTIONS') transaction.respond(refused);",
      test: {
        file: 'packages/sip-endpoint/test/in-call.test.ts',
        title:
          'a request that needs an extension is answered 420 with what is not supported, and changes nothing (RFC 3261 §8.2.2.3)',
      },
    },
  ],
};
