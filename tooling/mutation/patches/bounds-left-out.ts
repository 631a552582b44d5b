import type { PatchList } from '../patch.ts';

/** Bounds that callers without a compiler misspell, or leave undefined. */
export const patches: PatchList = {
  name: 'bounds-left-out',
  list: [
    {
      name: 'listener-without-a-bound',
      off: 'a listener of plain HTTP whose bound is misspelt or missing has none',
      file: 'packages/host/src/plain-http/public-server.ts',
      find: '  checkLimits(limits);\n',
      replace: '',
      test: {
        file: 'packages/host/src/plain-http/public-server.test.ts',
        title:
          'is one of the bounds of a listener, none of which is misspelt or missing: it would bound nothing',
      },
    },
    {
      name: 'rooms-without-a-bound',
      off: 'rooms whose bound is undefined or misspelt have none',
      file: 'packages/chat-room/src/serve-chat-rooms.ts',
      find: 'boundsOf(options.bounds)',
      replace: '{ ...boundsOf(), ...options.bounds }',
      test: {
        file: 'packages/chat-room/test/bounds.test.ts',
        title: 'are not misspelt, and are numbers: no room begins without them',
      },
    },
    {
      name: 'pace-without-a-bound',
      off: 'a user agent whose pace is undefined sends one request at a time',
      file: 'packages/sip-endpoint/src/user-agent/user-agent.ts',
      find: 'withDefaults(defaultPace, options.pace)',
      replace: '{ ...defaultPace, ...options.pace }',
      test: {
        file: 'packages/sip-endpoint/test/many-at-once.test.ts',
        title: 'are all answered where the bounds are undefined: those are the default ones',
      },
    },
    ...(
      [
        [
          'guesses-misspelt',
          'a misspelt limit on guesses limits none',
          'identity/authenticate.ts',
          '  checkAuthenticateOptions(options);\n',
          '',
          'is not decided without a limit on guesses whose name is misspelt',
        ],
        [
          'contacts-without-a-bound',
          'a registrar whose bound is undefined keeps any number of contacts',
          'registration/registration-policy.ts',
          "...checkedBounds(policy, names, 'the policy of register')",
          '...policy',
          'are the default ones where they are undefined: nothing turns them off',
        ],
      ] as const
    ).map(([name, off, file, find, replace, title]) => ({
      name,
      off,
      file: `packages/sip-proxy/src/${file}`,
      find,
      replace,
      test: { file: 'packages/sip-proxy/test/given-options.test.ts', title },
    })),
  ],
};
