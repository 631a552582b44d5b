import type { PatchList } from '../patch.ts';

/** What callers without a compiler give to what reads a message, and what a framer is left with when its sink throws. */
export const patches: PatchList = {
  name: 'given-values',
  list: [
    ...(
      [
        ['text', 'syntax/check-text.ts', "typeof value === 'string'", 'value !== null', 'no text: parseUri'],
        [
          'name',
          'syntax/check-text.ts',
          "typeof name === 'string'",
          'name !== null',
          'no name: get of a message',
        ],
        ['message', 'message/edit.ts', "    checkIsMessage(message, 'edit');\n", '', 'no message: edit'],
        [
          'uri',
          'uri/check-uri.ts',
          "kind === 'opaque') return;",
          "kind === 'opaque' || typeof uri === 'string') return;",
          'no URI, such as a text: addressOfRecord',
        ],
      ] as const
    ).map(([name, file, find, replace, title]) => ({
      name,
      off: 'a mistake of a caller in JavaScript is read as something else, or fails without a code',
      file: `packages/sip/src/${file}`,
      find,
      replace,
      test: {
        file: 'packages/sip/src/message/given-values.test.ts',
        title: `is a fault of the caller where it is ${title}`,
      },
    })),
    {
      name: 'sink-that-throws',
      off: 'a framer whose sink has thrown reads the text of a body as a message',
      file: 'packages/sip/src/framing/stream-framer.ts',
      find: '      if (!isTaken) {\n',
      replace: '      if (!isTaken && this.#failed) {\n',
      test: {
        file: 'packages/sip/src/framing/stream-framer.test.ts',
        title: 'reads nothing more once its sink has thrown, because no message is known to begin there',
      },
    },
    {
      name: 'options-of-an-endpoint',
      off: 'an endpoint begins with options that are missing or misspelt, and fails at its first message',
      file: 'packages/sip-endpoint/src/endpoint.ts',
      find: '    checkEndpointOptions(options);\n',
      replace: '',
      test: {
        file: 'packages/sip-endpoint/src/check-endpoint-options.test.ts',
        title: 'are refused with one who decides about no ACK, and the fault names it',
      },
    },
    {
      name: 'files-of-a-proxy',
      off: 'a proxy is configured without revocation lists, because a name is misspelt, or with lines that a directory has brought',
      file: 'packages/topology-planning/src/plans/proxy-configuration.ts',
      find: "  checkFields(files, { directory }, { hasRevocationLists: yesOrNo }, 'files of proxyConfiguration');\n",
      replace: '',
      test: {
        file: 'packages/topology-planning/test/given-arguments.test.ts',
        title:
          'is written with revocation lists where that is said, and not left without them by a misspelt name',
      },
    },
  ],
};
