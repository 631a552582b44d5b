import type { PatchList } from '../patch.ts';

export const patches: PatchList = {
  name: 'mediation',
  list: [
    {
      name: 'users',
      off: 'a gateway says that a call was for a user of ours before',
      file: 'packages/mediation/src/',
      find: "refuseOutsideCaller('From', uri, known) === undefined",
      replace: "uri.scheme !== ''",
      test: {
        file: 'packages/mediation/test/claims-of-gateways.test.ts',
        title: 'names no user of ours: Diversion',
      },
    },
    {
      name: 'right-asked-once',
      off: 'a mediation server calls for users without the right',
      file: 'packages/mediation/src/',
      find: 'if (!caller.ok && !called.isEmergency) return refuse(caller.refusal);',
      replace: '',
      test: {
        file: 'packages/mediation/test/calls.test.ts',
        title: 'is refused for a number that may not be called',
      },
    },
    {
      name: 'stolen-dialog',
      off: 'another gateway goes on with a call',
      file: 'packages/mediation/src/',
      find: 'if (here.via !== endName(topology, sender.server))',
      replace: 'if (here.via === "")',
      test: {
        file: 'packages/mediation/test/calls.test.ts',
        title: 'goes on over the gateway that has begun it, and not over another one',
      },
    },
    {
      name: 'other-user',
      off: 'a user goes on with the call of another one',
      file: 'packages/mediation/src/',
      find: 'if (asserted !== here.user) return',
      replace: 'if (asserted === undefined) return',
      test: {
        file: 'packages/mediation/test/calls.test.ts',
        title: 'is carried on with methods of calls alone, by the user at its end alone',
      },
    },
    {
      name: 'transfer-of-others',
      off: 'anyone who is in a call transfers a gateway anywhere',
      file: 'packages/mediation/src/along-dialog.ts',
      find: 'if (refused !== undefined) return refuse(refused);',
      replace: '',
      test: {
        file: 'packages/mediation/test/calls.test.ts',
        title: 'lets a user transfer a gateway to no number that the user may not call, and nowhere outside',
      },
    },
    {
      name: 'begun-outside',
      off: 'a partner calls the telephone network over the edge',
      file: 'packages/mediation/src/',
      find: "if (sender.role === 'edge') return refuse(notFromOutside);",
      replace: '',
      test: {
        file: 'packages/mediation/test/calls.test.ts',
        title: 'begins no call: nobody outside calls at our cost',
      },
    },
  ],
};
