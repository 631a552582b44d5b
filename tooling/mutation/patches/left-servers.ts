import type { PatchList } from '../patch.ts';

/** A server that is revoked serves nobody, and users who are moved go where they are at home. */
export const patches: PatchList = {
  name: 'left-servers',
  list: [
    {
      name: 'moved-devices-stay',
      off: 'a user who was moved is not reached until each device registers again by itself',
      file: 'packages/front-end/src/front-end.ts',
      find: 'this.#options.onMoved?.(address, this.#signedIn.ownOf(address));',
      replace: ';',
      test: {
        file: 'packages/front-end/src/account-changes.test.ts',
        title: 'has connections that are to end, so that the devices register there at once',
      },
    },
    {
      name: 'moved-with-others',
      off: 'that one user is moved disconnects others',
      file: 'packages/front-end/src/signed-in-users.ts',
      find: 'server === undefined && users.size === 1',
      replace: 'server === undefined',
      test: {
        file: 'packages/front-end/src/signed-in-users.test.ts',
        title: 'knows the connections that are of the devices of one user alone',
      },
    },
    {
      name: 'revoked-front-end-serves',
      off: 'a revoked front end takes REGISTER, and nobody reaches its users',
      file: 'packages/sip-relay/src/admission/refuse-every.ts',
      find: 'if (isOver?.() === true) return ownCertificateOver;',
      replace: '',
      test: {
        file: 'packages/front-end/src/account-rights.test.ts',
        title:
          'refuses each request of its clients, who go to the next one, until it has another certificate',
      },
    },
  ],
};
