import type { MutationPatch, PatchList } from '../patch.ts';

const uninvited = (title: string): MutationPatch['test'] => ({
  file: 'packages/testkit/test/network.test.ts',
  title: `refuses ${title}`,
});

const wire = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/test/wire.test.ts',
  title,
});

const policies = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/test/policies.test.ts',
  title,
});

/** That a front end asks who sends a request: seen from outside, in a running network. */
export const patches: PatchList = {
  name: 'front-end',
  list: [
    {
      name: 'skipped-entry',
      off: 'an edge sends as a user in a call by leaving out the entry of the front end that would ask for a proof',
      file: 'packages/sip-relay/src/admission/dialog-neighbour.ts',
      find: 'if (isToBeProven || isNextTowardsSender(dialog, server, topology)) return undefined;',
      replace: "if (isToBeProven || method !== 'ACK') return undefined;",
      test: {
        file: 'packages/front-end/src/dialogs.test.ts',
        title: 'is not an edge, where another server is next on that side: it skips no entry',
      },
    },
    {
      name: 'skipped-entry-of-an-acknowledgement',
      off: 'a mediation server acknowledges as a user who is behind another server',
      file: 'packages/sip-relay/src/admission/dialog-neighbour.ts',
      find: "const isToBeProven = user !== '' && method !== 'ACK';",
      replace: "const isToBeProven = user !== '' || method === 'ACK';",
      test: {
        file: 'packages/front-end/src/dialogs.test.ts',
        title: 'is not a mediation server, where another server is next on that side: it skips no entry',
      },
    },
    {
      name: 'standing-in-force',
      off: 'a server that the topology names no longer goes on sending on the connection that it has',
      file: 'packages/sip-relay/src/admission/admission.ts',
      find: 'if (known?.topology === topology) return known;',
      replace: 'if (known !== undefined) return known;',
      test: {
        file: 'packages/front-end/src/front-end.test.ts',
        title: 'counts for the next request of a server on a connection that is open',
      },
    },
    {
      name: 'copies-of-any-server',
      off: 'a server of another pool says where the users of ours are',
      file: 'packages/front-end/src/pool/pool-registrations.ts',
      find: 'if (!members().includes(from)) return notOfOurPool(from);',
      replace: '',
      test: {
        file: 'packages/front-end/test/pool.test.ts',
        title: 'is refused where it is of another pool, of a user or of nobody',
      },
    },
    {
      name: 'copies-without-bound',
      off: 'another server sends more records in one message than it may',
      file: 'packages/front-end/src/pool/copy-message.ts',
      find: 'if (records.length > maxRecords) return',
      replace: 'if (records.length < 0) return',
      test: {
        file: 'packages/front-end/test/pool.test.ts',
        title: 'is refused where it is of more records than a message has',
      },
    },
    {
      name: 'redis-in-clear',
      off: 'a store on another machine is asked in plain text',
      file: 'packages/store-redis/src/connection/redis-place.ts',
      find: 'if (dial !== undefined || isThisMachine(host)) return;',
      replace: 'if (host !== undefined) return;',
      test: {
        file: 'packages/store-redis/test/redis-locations.test.ts',
        title: 'at 192.0.2.1 is refused without TLS',
      },
    },
    {
      name: 'homes-without-bound',
      off: 'a client that asks for many users has a front end remember them all',
      file: 'packages/front-end/src/known-homes.ts',
      find: 'if (this.#homes.size === maxAddresses) this.#homes.clear();',
      replace: '',
      test: {
        file: 'packages/front-end/src/known-homes.test.ts',
        title: 'are those of the topology, however many users are asked for',
      },
    },
    {
      name: 'application-known',
      off: "an address of an application is a user's once it has been asked for",
      file: 'packages/front-end/src/known-homes.ts',
      find: '?.name : known.application;',
      replace: '?.name : undefined;',
      test: {
        file: 'packages/front-end/src/known-homes.test.ts',
        title: "tell which addresses are an application's, asked before and after",
      },
    },
    {
      name: 'sender',
      off: 'a front end believes every From',
      file: 'packages/sip-relay/src/admission/',
      find: "? identityOf(request, { kind: 'user', addresses }, fqdn)",
      replace:
        "? identityOf(request, request.method === 'MESSAGE' ? { kind: 'trusted-server', name: fqdn } : { kind: 'user', addresses }, fqdn)",
      test: uninvited('a user sends From another user: identity-not-authorised'),
    },
    {
      name: 'link',
      off: 'a front end lets any server of the topology in',
      file: 'packages/front-end/src/',
      find: "const allow = member.authorise({ fqdn, interface: 'internal', service: 'sip' });",
      replace:
        "const allow: ReturnType<typeof member.authorise> = () => ({ ok: true, server: 'x', role: 'front-end', row: links.frontEndToFrontEnd.row });",
      test: uninvited(
        'a gateway of the topology connects to a front end, which no row of the allow matrix allows: role-not-allowed-on-link',
      ),
    },
    {
      name: 'own-path',
      off: 'a client says by a Path of its own which server inside gets what others send it',
      file: 'packages/front-end/src/',
      find: 'registerChange(isClient ? withoutOwnPath(request) : request, aor, {',
      replace: 'registerChange(isClient && clock() < 0 ? withoutOwnPath(request) : request, aor, {',
      test: wire('leads nowhere: he is reached over his own connection, and no server inside hears of it'),
    },
    {
      name: 'insider-fields',
      off: 'a client puts diagnostics into a request as if they were ours',
      file: 'packages/sip-relay/src/admission/',
      find: "if (name !== 'P-Asserted-Identity' && request.has(name)) editor.remove(name);",
      replace: "if (name === 'P-Asserted-Identity' && request.has(name)) continue;",
      test: wire(
        'does not travel on from a client: no diagnostics, and only the identity that it has proven',
      ),
    },
    {
      name: 'insider-fields-of-an-edge',
      off: 'what an outsider says through an edge counts as said by a server of ours',
      file: 'packages/sip-relay/src/admission/',
      find: "    arrival: { kind: isVouchedFor ? 'server' : 'partner', name: server },\n    identity,\n    isInsider: false,",
      replace:
        "    arrival: { kind: isVouchedFor ? 'server' : 'partner', name: server },\n    identity,\n    isInsider: true,",
      test: wire('does not travel on from an edge: an outsider stands behind it'),
    },
    {
      name: 'asserted-identity',
      off: 'a user asserts an identity that belongs to another user',
      file: 'packages/sip-relay/src/admission/vouch.ts',
      find: '  applyIdentity(editor, request, sender.identity);\n',
      replace: '',
      test: wire(
        'does not travel on from a client: no diagnostics, and only the identity that it has proven',
      ),
    },
    {
      name: 'credentials-go-no-further',
      off: 'the callee sees the digest of the caller’s password',
      file: 'packages/sip-relay/src/admission/',
      find: 'return realm.toLowerCase() !== fqdn && !topology().isOurDomain(realm);',
      replace: "return realm !== '';",
      test: wire('lets Proxy-Authorization for the realm of somebody further on pass, and its own not'),
    },
    {
      name: 'credentials-beside-ours',
      off: 'credentials for a proxy further on are lost where they stand beside those for us',
      file: 'packages/sip-relay/src/admission/',
      find: 'if (values.length === 1 && provenBy === name) {',
      replace: 'if (provenBy === name) {',
      test: wire('lets Proxy-Authorization for the realm of somebody further on pass, and its own not'),
    },
    {
      name: 'credentials-of-another-field',
      off: 'credentials for a proxy further on are lost where they have a field of their own',
      file: 'packages/sip-relay/src/admission/',
      find: 'if (values.length === 1 && provenBy === name) {',
      replace: 'if (values.length === 1 && provenBy !== undefined) {',
      test: wire('lets Authorization for the realm of somebody further on pass, and its own not'),
    },
    {
      name: 'address-in-realm',
      off: 'a user is taken for the one of the same name in another domain',
      file: 'packages/sip-relay/src/admission/user-addresses.ts',
      find: 'if (known?.realm === realm) return known.address;',
      replace: 'if (known !== undefined) return known.address;',
      test: {
        file: 'packages/sip-relay/src/admission/user-addresses.test.ts',
        title: 'are remembered for so many users and no more, each with one realm, and long ones not at all',
      },
    },
    {
      name: 'addresses-without-bound',
      off: 'the addresses of all users that have ever authenticated are remembered',
      file: 'packages/sip-relay/src/admission/user-addresses.ts',
      find: 'if (this.#users.size >= maxUsers) this.#users.clear();',
      replace: '',
      test: {
        file: 'packages/sip-relay/src/admission/user-addresses.test.ts',
        title: 'are remembered for so many users and no more, each with one realm, and long ones not at all',
      },
    },
    {
      name: 'policies',
      off: 'what a policy refuses is relayed',
      file: 'packages/front-end/src/',
      find: '      if (refused !== undefined) return refuse(refused);\n      const rules',
      replace: '      const rules',
      test: policies('that refuses a MESSAGE keeps it from whom it is for'),
    },
    {
      name: 'policies-of-the-registrar',
      off: 'a registration is kept that a policy refuses',
      file: 'packages/front-end/src/',
      find: 'asked = { refused: answer };',
      replace: 'asked = { refused: answer && undefined };',
      test: policies(
        'that refuses a REGISTER leaves no binding, and the log names the plugin in a field of its own',
      ),
    },
    {
      name: 'failed-flow',
      off: 'a device that is gone is rung for an hour',
      file: 'packages/front-end/src/forwarding.ts',
      find: 'target.flow === undefined && response.status === 430 && target.routes.length > 0',
      replace: 'target.flow === undefined && response.status === 430 && target.routes.length > 1e9',
      test: {
        file: 'packages/front-end/src/front-end.test.ts',
        title: 'is dropped with its answer 430: the next request is told that nobody is registered',
      },
    },
    {
      name: 'outsiders-at-the-store',
      off: 'outsiders who connect and leave take the time that a store has for users',
      file: 'packages/front-end/src/front-end.ts',
      find: 'if (this.#devices.isUsed(flow)) this.#registrations.closed(flow);',
      replace: 'this.#registrations.closed(flow);',
      test: {
        file: 'packages/front-end/src/known-to-others.test.ts',
        title:
          'is no question to the store where nobody has registered over it: outsiders come and go by the thousand',
      },
    },
    {
      name: 'registered-too-late',
      off: 'clients that leave before another pool has answered fill the table of devices',
      file: 'packages/front-end/src/forwarding.ts',
      find: ' || origin.isClosed) return;',
      replace: ') return;',
      test: {
        file: 'packages/front-end/src/dialogs.test.ts',
        title: 'is not kept where the registrar answers when the connection is gone',
      },
    },
    {
      name: 'publish',
      off: 'what a user publishes reaches telephones',
      file: 'packages/front-end/src/front-end.ts',
      find: "if (request.method === 'PUBLISH' && route.kind === 'lookup')",
      replace: "if (request.method === 'PUBLISH' && route.kind === 'server')",
      test: {
        file: 'packages/front-end/src/front-end.test.ts',
        title: 'publishes nowhere: PUBLISH is answered 489 and reaches no telephone (RFC 3903 §6)',
      },
    },
    {
      name: 'history-of-users',
      off: 'a user writes whom a call was for before',
      file: 'packages/sip-relay/src/admission/vouch.ts',
      find: "if (sender.arrival.kind !== 'partner') {",
      replace: "if (sender.arrival.kind === 'partner') {",
      test: wire('does not travel on from a client as Diversion, which telephones show, or servers go by'),
    },
    {
      name: 'privacy',
      off: 'Privacy: id is ignored between two users of one front end',
      file: 'packages/sip-proxy/src/identity/identity.ts',
      find: "if (receiver === 'outsider' || asksForPrivacy(message)) editor.remove(assertedHeader);",
      replace: "if (receiver === 'outsider') editor.remove(assertedHeader);",
      test: wire('stays with us where the caller asks for privacy (RFC 3325 §7)'),
    },
    {
      name: 'treat-as-authenticated',
      off: 'an application asserts whom it likes, whatever the topology says of it',
      file: 'packages/sip-relay/src/admission/',
      find: "return known.role === 'front-end' || known.role === 'director' || known.flags.treatAsAuthenticated;",
      replace: 'return true;',
      test: wire('counts as said by nobody: its user authenticates, and no identity that it asserts arrives'),
    },
    {
      name: 'address-noted-by-others',
      off: 'a server that is not believed writes itself from where passwords are guessed',
      file: 'packages/sip-relay/src/admission/',
      find: 'const via = isEdge(origin) ? request.vias[1] : undefined;',
      replace: 'const via = origin.server === undefined ? undefined : request.vias[1];',
      test: wire('is stopped by its own address, whatever address it writes into Via'),
    },
    {
      name: 'address-written-by-the-client-itself',
      off: 'wrong passwords of a client outside that writes its true address into Via count for every client of the edge',
      file: 'packages/sip-relay/src/admission/',
      find: "(via.received ?? via.host.replace(/^\\[|\\]$/g, ''))",
      replace: '(via.received ?? origin.source?.address)',
      test: wire(
        'behind an edge holds up nobody at another address, be its own address noted by the edge or right in its Via',
      ),
    },
    {
      name: 'tried-again-soon',
      off: 'a device that the edge does not know yet is looked for once, and then no more',
      file: 'packages/front-end/src/target-finder.ts',
      find: 'else if (now - last >= forMs) return;',
      replace: 'else if (now - last >= forMs || waited.looks > 0) return;',
      test: {
        file: 'packages/front-end/src/known-to-others.test.ts',
        title:
          'is tried again, after longer and longer pauses, where the server in front of the client has not heard of it yet',
      },
    },
    {
      name: 'unknown-whereabouts',
      off: 'a request for a user of whom only a store knows, which is away, is a fault of the server',
      file: 'packages/front-end/src/target-finder.ts',
      find: 'found.catch((error) => notKnown(route, error))',
      replace: 'found',
      test: {
        file: 'packages/front-end/src/unknown-whereabouts.test.ts',
        title: 'is refused with 503, and with what the store says for the log',
      },
    },
    {
      name: 'device-without-store',
      off: 'a request in a dialog is refused while the store is away, although another member has the device',
      file: 'packages/front-end/src/device-search.ts',
      find: 'if (isLocationsUnavailable(error) && others.length > 0) return others;',
      replace: '',
      test: {
        file: 'packages/front-end/src/pool-dialogs.test.ts',
        title: 'is handed to the others while the store does not say where it is',
      },
    },
    {
      name: 'emergency-of-strangers',
      off: 'unknown peers behind an edge have a share of emergency calls for each name that they write',
      file: 'packages/front-end/src/telephone-numbers.ts',
      find: 'if (proven !== undefined || !isEdge(origin))',
      replace: 'if (proven !== undefined || origin !== undefined)',
      test: {
        file: 'packages/front-end/src/telephone-numbers.test.ts',
        title:
          'in need, of unknown peers behind an edge, is counted by their address, whatever names they write',
      },
    },
    {
      name: 'asked-for-changed-users',
      off: 'a change of one account has a front end ask its pool for what it passed over of others',
      file: 'packages/front-end/src/serve-front-end.ts',
      find: 'pool?.usersChanged(changes.map(({ address }) => address));',
      replace: 'pool?.usersChanged();',
      test: {
        file: 'packages/front-end/test/changed-accounts.test.ts',
        title: 'asks its pool for what it passed over of a user who is at home here now, and of nobody else',
      },
    },
    {
      name: 'lost-on-a-full-disk',
      off: 'registrations that could not be written are not written later either, when the disk has room again',
      file: 'packages/front-end/src/registrations/registrations-file.ts',
      find: 'if (this.#lacks || this.#hasGrown())',
      replace: 'if (this.#hasGrown())',
      test: {
        file: 'packages/front-end/src/registrations/registrations-file-full-disk.test.ts',
        title: 'are all there in the next run, also what could not be written',
      },
    },
  ],
};
