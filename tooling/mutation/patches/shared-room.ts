import type { MutationPatch, PatchList } from '../patch.ts';

const hostilePeers = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-relay/test/hostile-peers.test.ts',
  title,
});

/** What those may take who share the room of a peer. */
export const patches: PatchList = {
  name: 'shared-room',
  list: [
    {
      name: 'towards-a-silent-device',
      off: 'one device that answers nothing has its callers fill a link that all share',
      file: 'packages/sip-endpoint/src/connection/connection.ts',
      find: 'this.#asked = this.#isClient ? options.budget.openTowardsClient() : undefined;',
      replace: 'this.#asked = undefined;',
      test: hostilePeers(
        'gets no more requests than a small part of what a link may carry, and the next ones once it answers',
      ),
    },
    {
      name: 'towards-silent-devices-of-one-user',
      off: 'sixteen devices of one user that answer nothing fill a link that all share',
      file: 'packages/sip-endpoint/src/connection/connection.ts',
      find: 'if (this.#asked !== undefined) this.#budget.proveTowards(this.#asked, user);',
      replace: '',
      test: hostilePeers('shares that part with the other devices of its user'),
    },
    {
      name: 'sender-behind-a-server',
      off: 'one user takes the whole link of a server that many share',
      file: 'packages/sip-relay/src/proxy-runtime.ts',
      find: 'if (!this.#leavesRoom(transaction, connection, sender)) return;',
      replace: '',
      test: hostilePeers('carries requests of the others when one of them has taken half of its room'),
    },
    {
      name: 'user-behind-a-front-end',
      off: 'one user takes the whole link of a front end to the edge',
      file: 'packages/edge/src/edge.ts',
      find: "return arrival.kind === 'server' ? addressOfRecord(uri) : undefined;",
      replace: 'void [uri, arrival];\n    return undefined;',
      test: {
        file: 'packages/edge/src/edge.test.ts',
        title: 'is shared out to its users, and that of a partner to nobody',
      },
    },
    {
      name: 'domain-behind-an-edge',
      off: 'a partner has as much room of the link of an edge as it writes users',
      file: 'packages/sip-relay/src/admission/vouch.ts',
      find: "return uri.kind === 'sip' ? uri.host : uri.scheme;",
      replace: 'return uri.toString();',
      test: {
        file: 'packages/front-end/src/front-end.test.ts',
        title: 'is shared out to the users whom the server vouches for, and to the domains of partners',
      },
    },
    {
      name: 'sender-to-a-device',
      off: 'one sender keeps everybody else from reaching a device',
      file: 'packages/sip-endpoint/src/connection/connection.ts',
      find: 'this.#asked.hasFor(sender.name, bytes, 1)',
      replace: 'this.#asked.has(bytes, 1)',
      test: hostilePeers('is reached by others when one sender has asked it all that one may'),
    },
    {
      name: 'senders-forgotten',
      off: 'the name of everybody who sent through a busy link is kept for ever',
      file: 'packages/sip-endpoint/src/budget/quota.ts',
      find: 'if (this.#senders?.get(name) === own) this.#senders.delete(name);',
      replace: '',
      test: {
        file: 'packages/sip-endpoint/src/budget/sender-account.test.ts',
        title: 'are counted from when half of it is taken, and forgotten with their last request',
      },
    },
  ],
};
