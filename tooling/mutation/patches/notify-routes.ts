import type { PatchList } from '../patch.ts';

/** That the receiver of a NOTIFY finds the way back in it. */
export const patches: PatchList = {
  name: 'notify-routes',
  list: [
    {
      name: 'front-end',
      off: 'a subscriber that takes its route from a NOTIFY leaves the front end out, and its next SUBSCRIBE leads nowhere',
      file: 'packages/front-end/src/forwarding.ts',
      find: 'if (!isNotifyInDialog(this.#request)) return undefined;',
      replace: 'if (isNotifyInDialog(this.#request)) return undefined;',
      test: {
        file: 'packages/front-end/src/notify-in-dialogs.test.ts',
        title:
          'carries the entries of ours by which it has come: its receiver takes the route of the dialog from it (RFC 6665 §4.3, §4.4.1)',
      },
    },
    {
      name: 'handed-on',
      off: 'a member that hands a NOTIFY on stands in the route of its dialog as well',
      file: 'packages/front-end/src/forwarding.ts',
      find: 'return target.routes.length > 0 ? undefined : notifyEntries',
      replace: 'return notifyEntries',
      test: {
        file: 'packages/front-end/src/notify-in-dialogs.test.ts',
        title:
          'that another member of the pool has handed on leads to the pool again, and not to this member alone',
      },
    },
    {
      name: 'pool',
      off: 'a dialog depends on one member of a pool after its first NOTIFY',
      file: 'packages/sip-proxy/src/route/notify-entries.ts',
      find: 'uri: entryAt(entry, address)',
      replace: 'uri: entry.host === address.host ? entryAt(entry, address) : entry',
      test: {
        file: 'packages/sip-proxy/src/route/notify-entries.test.ts',
        title: 'names the pool again where another member has handed it on under the name of this one',
      },
    },
    {
      name: 'as-it-was-sent',
      off: 'the sender of a NOTIFY chooses where the next SUBSCRIBE of its subscriber goes',
      file: 'packages/sip-proxy/src/route/notify-entries.ts',
      find: 'uri: entryAt(entry, address)',
      replace: 'uri: entry.host === address.host ? entry : entryAt(entry, address)',
      test: {
        file: 'packages/sip-proxy/src/route/notify-entries.test.ts',
        title: 'lead here, whatever the sender of the NOTIFY has made of them',
      },
    },
    {
      name: 'not-recorded-before',
      off: 'a server stands in the Record-Route of a NOTIFY whose SUBSCRIBE it has not seen',
      file: 'packages/sip-proxy/src/route/notify-entries.ts',
      find: "tokens[index]?.kind === 'dialog'",
      replace: 'tokens[index] !== undefined',
      test: {
        file: 'packages/sip-proxy/src/route/notify-entries.test.ts',
        title:
          'is nothing where its SUBSCRIBE has not passed: an entry of a registration is none of a dialog (RFC 6665 §4.3)',
      },
    },
    {
      name: 'director',
      off: 'a subscriber that takes its route from a NOTIFY leaves the director out',
      file: 'packages/director/src/forwarding.ts',
      find: 'return isNotifyInDialog(request) ? notifyEntries(routes, this.#address) : undefined;',
      replace: 'void isNotifyInDialog; void notifyEntries; void routes; return undefined;',
      test: {
        file: 'packages/director/test/notify-in-dialogs.test.ts',
        title:
          'carries the entry of ours by which it has come: its receiver takes the route of the dialog from it (RFC 6665 §4.3, §4.4.1)',
      },
    },
    {
      name: 'edge-inwards',
      off: 'a subscriber inside that takes its route from a NOTIFY finds no way out',
      file: 'packages/edge/src/forwarding.ts',
      find: 'this.#recordRoute ?? this.#entryOfNotify()',
      replace: 'this.#recordRoute',
      test: {
        file: 'packages/edge/test/notify-in-dialogs.test.ts',
        title: 'comes in with an entry that leads its subscriber back out (RFC 6665 §4.3, §4.4.1)',
      },
    },
    {
      name: 'edge-outwards',
      off: 'a subscriber outside that takes its route from a NOTIFY does not find back',
      file: 'packages/edge/src/forwarding.ts',
      find: 'this.#own?.sealed ?? this.#entryOfNotify()',
      replace: 'this.#own?.sealed',
      test: {
        file: 'packages/edge/test/notify-in-dialogs.test.ts',
        title:
          'goes out with one sealed entry for the whole way inside, by which its subscriber comes in again',
      },
    },
  ],
};
