import type { PatchList } from '../patch.ts';

/** What an authority does for itself waits after a failure, and not for longer than it must. */
export const patches: PatchList = {
  name: 'paused-renewals',
  list: [
    {
      name: 'authority-back',
      off: 'a certificate that was not renewed while the authority was away waits for ten minutes more once it is back',
      file: 'packages/member/src/join/joined-member.ts',
      find: 'parts.internal.authorityReached();',
      replace: '',
      test: {
        file: 'packages/member/test/member-end.test.ts',
        title: 'whose authority was away asks for its certificate again soon after it has reached it',
      },
    },
    {
      name: 'refused-renewal-at-once',
      off: 'an authority that refuses a renewal is asked twice a minute by each server',
      file: 'packages/member/src/credential/renewed-credential.ts',
      find: 'if (this.#failure?.isUnreached === true) this.renewWithin',
      replace: 'if (this.#failure !== undefined) this.renewWithin',
      test: {
        file: 'packages/member/test/renewed-credential.test.ts',
        title:
          'that was not renewed because the authority was away is renewed soon once it is reached, and not where it refused',
      },
    },
    {
      name: 'answered-by-the-root',
      off: 'an authority waits for an hour with what the root has made possible again',
      file: 'packages/authority/src/own-certificate.ts',
      find: '          failed.issuedBy === by &&\n',
      replace: '',
      test: {
        file: 'packages/authority/test/own-certificate.test.ts',
        title:
          'is tried again at once where a root has signed another list: that may have been all that was missing',
      },
    },
    {
      name: 'paused-faults',
      off: 'the log has every 15 seconds what was not tried again',
      file: 'packages/authority/src/upkeep.ts',
      find: '        logged.add(fault);\n',
      replace: '',
      test: {
        file: 'packages/authority/src/upkeep.test.ts',
        title:
          'has in the log once what is thrown again because it waits for its next attempt, and in the health as long',
      },
    },
  ],
};
