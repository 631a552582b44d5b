import type { PatchList } from '../patch.ts';

/** What an endpoint does with time and with answers. */
export const patches: PatchList = {
  name: 'sip-endpoint',
  list: [
    {
      name: 'monotonic-timers',
      off: 'whoever sets the system clock ends or holds up every transaction',
      file: 'packages/sip-endpoint/src/timer/timer-wheel.ts',
      find: 'clock: () => number = monotonicNow',
      replace: 'clock: () => number = Date.now',
      test: {
        file: 'packages/sip-endpoint/src/timer/timer-wheel.test.ts',
        title: 'wakes when its time has passed, though the system clock is set by 3600000 ms',
      },
    },
    {
      name: 'role-of-the-last-verdict',
      off: 'a connection keeps the role of its first verdict',
      file: 'packages/sip-endpoint/src/connection/connection.ts',
      find: '    return peerOf(this.socket) as Peer;',
      replace:
        '    return (this.#first ??= peerOf(this.socket) as Peer);\n  }\n  #first: Peer | undefined;\n  get first(): Peer | undefined {\n    return this.#first;',
      test: {
        file: 'packages/sip-endpoint/test/connection.test.ts',
        title: 'has the role of the last verdict, not that of the first',
      },
    },
  ],
};
