import type { MutationPatch, PatchList } from '../patch.ts';

const fields = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip/src/message/check-headers.test.ts',
  title,
});

/** What a message must be to be read. */
export const patches: PatchList = {
  name: 'sip',
  list: [
    ...(
      [
        [
          'number',
          'a limit that is not a number turns itself off',
          'if (Number.isSafeInteger(value) && (value as number) > 0)',
          "if (typeof value === 'number')",
          'StreamFramer refuses a limit that is not a whole number above 0, and names it',
        ],
        [
          'name',
          'a misspelt limit turns off what it was meant to set',
          'if (!Object.hasOwn(defaultLimits, name))',
          "if (name === '')",
          'parseMessage refuses a limit that does not exist, and limits that are none',
        ],
        [
          'default',
          'a limit that is undefined is no limit',
          'maxBodyBytes = defaultLimits.maxBodyBytes,',
          'maxBodyBytes = Number.MAX_SAFE_INTEGER,',
          'parseWebSocketMessage has the default where a limit is undefined or left out',
        ],
        [
          'of-the-next-hop',
          'what is held against the next hop is held against limits that nobody has looked at',
          'if (complete.has(given)) return given;',
          'if (given !== null) return given;',
          'checkSize refuses a limit that is not a whole number above 0, and names it',
        ],
      ] as const
    ).map(([name, off, find, replace, title]) => ({
      name: `limit-${name}`,
      off,
      file: 'packages/sip/src/message/limits.ts',
      find,
      replace,
      test: { file: 'packages/sip/src/message/limits.test.ts', title },
    })),
    ...(
      [
        [
          'name',
          'a misspelt part of a request is left out without a word',
          'syntax/check-parts.ts',
          'if (kind === undefined)',
          "if (name === '')",
          'refuses a part with another name, as a program in JavaScript may give it',
        ],
        [
          'kind',
          'a part of another kind is written as what no peer can read',
          'syntax/check-parts.ts',
          'if (value !== undefined && !isOf(kind, value)) throw',
          "if (name === '') throw",
          'refuses a CSeq that is a text, as a program in JavaScript may give it',
        ],
        [
          'text',
          'the value of a field is [object Object]',
          'syntax/check-parts.ts',
          "return typeof write === 'function' && write !== Object.prototype.toString && !Array.isArray(value);",
          "return typeof write === 'function';",
          'refuses the value of a field without a text, as a program in JavaScript may give it',
        ],
        [
          'number',
          'the value of a field is NaN',
          'header-field.ts',
          '? Number.isFinite(value)',
          '? true',
          'refuses the value of a field that is no number, as a program in JavaScript may give it',
        ],
        [
          'answered',
          'a response is made of what is no request',
          'create-response.ts',
          "if ((request as SipRequest | undefined)?.kind !== 'request')",
          'if (request === undefined)',
          'refuses to answer what is no request',
        ],
      ] as const
    ).map(([name, off, file, find, replace, title]) => ({
      name: `part-${name}`,
      off,
      file: `packages/sip/src/${file.includes('/') ? file : `message/${file}`}`,
      find,
      replace,
      test: { file: 'packages/sip/src/message/create.test.ts', title },
    })),
    ...(
      [
        [
          'name',
          'uri/host.ts',
          "if (text.length > longestHostName + (text.endsWith('.') ? 1 : 0)) return false;",
        ],
        ['uri', 'uri/parse-uri.ts', 'if (i - hostStart > longestLabel) odd = true;'],
        ['via', 'headers/via.ts', ' || i - hostStart > longestLabel'],
      ] as const
    ).map(([name, file, find]) => ({
      name: `long-host-${name}`,
      off: 'a host of thousands of labels is a host, and each is looked up',
      file: `packages/sip/src/${file}`,
      find,
      replace: '',
      test: {
        file: 'packages/sip/src/uri/host.test.ts',
        title: 'has 253 octets at most, and a dot at its end (RFC 1035 §2.3.4)',
      },
    })),
    {
      name: 'long-label',
      off: 'a host with a label that no name of DNS has is a host, and is looked up',
      file: 'packages/sip/src/uri/host.ts',
      find: 'text.length > longestLabel || ',
      replace: '',
      test: {
        file: 'packages/sip/src/uri/host.test.ts',
        title: 'has labels of 63 octets at most, wherever they stand (RFC 1035 §2.3.4)',
      },
    },
    {
      name: 'long-host-plain',
      off: 'a glance takes for plain a request that cannot be read',
      file: 'packages/sip/src/message/plain-request.ts',
      find: 'if (i - start > longestLabel) odd = true;',
      replace: '',
      test: {
        file: 'packages/sip/test/glance.property.test.ts',
        title: 'takes no host for one that is longer than a name may be',
      },
    },
    {
      name: 'unreadable-refusal',
      off: 'the answer to a request whose To cannot be read cannot be read either',
      file: 'packages/sip/src/message/rejection.ts',
      find: "if (address === undefined) return 'unreadable';",
      replace: "if (address === undefined) return 'tagged';",
      test: {
        file: 'packages/sip/src/message/parse-message.test.ts',
        title: 'can be read although To is garbage: its receiver would drop it, and wait in vain',
      },
    },
    {
      name: 'from-of-a-response',
      off: 'what was checked whole has a From that cannot be read',
      file: 'packages/sip/src/message/check-headers.ts',
      find: "on(['From'], ({ from }, name) => valid(from, name));",
      replace: '',
      test: fields('refuses a response whose From has no valid URI'),
    },
    {
      name: 'host-in-uri',
      off: 'any letters and dots are a host',
      file: 'packages/sip/src/uri/parse-uri.ts',
      find: 'if ((odd || codes[i - 1]! <= DIGIT_9) && !isHostName(host)) return undefined;',
      replace: '',
      test: { file: 'packages/sip/src/uri/uri.test.ts', title: 'refuses sip:a@b..c' },
    },
    {
      name: 'local-number',
      off: 'a local telephone number is local to nowhere',
      file: 'packages/sip/src/uri/parse-uri.ts',
      find: "if (!isGlobal && parameters.raw('phone-context') === undefined) return undefined;",
      replace: '',
      test: { file: 'packages/sip/src/uri/uri.test.ts', title: 'refuses tel:911' },
    },
    {
      name: 'reserved-escapes',
      off: 'an escaped reserved character equals a bare one',
      file: 'packages/sip/src/uri/compare-uri.ts',
      find: ': triplet.toUpperCase();\n  });\n}\n\nfunction parametersAgree',
      replace: ': character;\n  });\n}\n\nfunction parametersAgree',
      test: {
        file: 'packages/sip/src/uri/uri.test.ts',
        title: 'tells sip:bob@contoso.example;x=a%26b from sip:bob@contoso.example;x=a&b',
      },
    },
    {
      name: 'route-in-brackets',
      off: 'a Route without angle brackets gives its parameters to the field',
      file: 'packages/sip/src/message/check-headers.ts',
      find: "find((value) => !value.includes('<'))",
      replace: 'find(() => false)',
      test: fields('refuses Route: sip:a;lr'),
    },
    {
      name: 'received-is-an-address',
      off: 'Via may say that a request was received from a name',
      file: 'packages/sip/src/headers/via-parameters.ts',
      find: "valid('received', () => isIpv4(received ?? '') || isIpv6(received ?? ''))",
      replace: 'true',
      test: fields('refuses the Via parameter received=a.example'),
    },
    {
      name: 'uri-without-scheme',
      off: 'a new request may have a Request-URI that no server can read',
      file: 'packages/sip/src/message/create-request.ts',
      find: "typeof parts.uri === 'string' ? requestUri(parts.uri) : parts.uri.toString()",
      replace: 'parts.uri.toString()',
      test: {
        file: 'packages/sip/src/message/create.test.ts',
        title: 'refuses a URI without its scheme',
      },
    },
    {
      name: 'from-without-a-tag',
      off: 'a new request may have a From without a tag, and begins no dialog that its peer can name',
      file: 'packages/sip/src/message/create-request.ts',
      find: "if (typeof parts.from === 'string') checkSender(parts.from);",
      replace: '',
      test: {
        file: 'packages/sip/src/message/create.test.ts',
        title: 'refuses a From without a tag',
      },
    },
    {
      name: 'unreadable-to',
      off: 'a new request may have a To that cannot be read',
      file: 'packages/sip/src/message/create-request.ts',
      find: "if (typeof parts.to === 'string') address('To', parts.to);",
      replace: '',
      test: {
        file: 'packages/sip/src/message/create.test.ts',
        title: 'refuses a To that cannot be read',
      },
    },
    {
      name: 'length-of-another-body',
      off: 'an edit may announce a body of another length, behind which a stream is read at the wrong place',
      file: 'packages/sip/src/message/edit.ts',
      find: 'if (found === length.toString()) return;',
      replace: 'if (found !== length.toString()) return;',
      test: {
        file: 'packages/sip/src/message/edit.test.ts',
        title: 'refuses by set a Content-Length that is not the length of the body',
      },
    },
    {
      name: 'text-as-bytes',
      off: 'a text in the place of bytes is an error of Node',
      file: 'packages/sip/src/syntax/text.ts',
      find: 'if (ArrayBuffer.isView(bytes)) return',
      replace: 'if (bytes !== undefined) return',
      test: {
        file: 'packages/sip/src/message/parse-message.test.ts',
        title: 'says that "text" is no bytes',
      },
    },
    {
      name: 'line-break-in-value',
      off: 'a value may smuggle in a header field of its own',
      file: 'packages/sip/src/message/header-field.ts',
      find: "if (text.indexOf('\\n') !== -1 || text.indexOf('\\r') !== -1) {",
      replace: 'if (text.length < 0) {',
      test: {
        file: 'packages/sip/test/docs.test.ts',
        title: "prints what its comments say: 'What is malformed'",
      },
    },
    {
      name: 'bare-line-break',
      off: 'a CR or LF alone may stand in a header field, where others see the end of a line',
      file: 'packages/sip/src/message/head-index.ts',
      find: "if (text.indexOf('\\r', i) !== lf - 1) {",
      replace: 'if (text.length < 0) {',
      test: {
        file: 'packages/sip/src/message/read-routing.test.ts',
        title: 'are followed by a colon; a line without one, and a bare line break in any value, is refused',
      },
    },
    {
      name: 'raw-nul',
      off: 'a NUL may stand in a header field, where programs in C end the text',
      file: 'packages/sip/src/message/parse-message.ts',
      find: 'if (hasRawNul(wire, head)) return fail(wire, rawNul, head.lines, false);',
      replace: '',
      test: {
        file: 'packages/sip/src/message/parse-message.test.ts',
        title: 'refuses a NUL between quotes',
      },
    },
    {
      name: 'nul-behind-quotes',
      off: 'a NUL behind a backslash passes outside of quotes and comments too',
      file: 'packages/sip/src/message/raw-nul.ts',
      find: 'if (code === BACKSLASH && (isQuoted || comments > 0)) i++;',
      replace: 'if (code === BACKSLASH) i++;',
      test: {
        file: 'packages/sip/src/message/parse-message.test.ts',
        title: 'refuses a NUL behind quotes',
      },
    },
    {
      name: 'length-on-a-stream',
      off: 'a message on a stream may leave open where it ends',
      file: 'packages/sip/src/framing/stream-framer.ts',
      find: "if ('broken' in head || head.contentLength === -1) {\n        this.#fail(text.slice(at),",
      replace: "if ('broken' in head) {\n        this.#fail(text.slice(at),",
      test: {
        file: 'packages/sip/src/framing/stream-framer.test.ts',
        title: 'ends with no Content-Length, answers, and takes nothing more',
      },
    },
    {
      name: 'session-too-short',
      off: 'a proxy takes any session interval from who could be told better',
      file: 'packages/sip/src/timers/session-at-proxy.ts',
      find: 'found < shortest && isClientAware',
      replace: 'found < 0 && isClientAware',
      test: {
        file: 'packages/sip/test/machines/session-at-proxy.test.ts',
        title: 'that is too short is refused with 422 and Min-SE where the client knows timers',
      },
    },
    {
      name: 'via-of-the-request',
      off: 'a response goes back by the Via that its request had, whatever stands in it',
      file: 'packages/sip/src/message/message.ts',
      find: '    if (text !== other.headerWire.slice(others[there + 1], others[there + 2])) return;\n',
      replace: '',
      test: {
        file: 'packages/sip/src/message/without-top-via.test.ts',
        title: 'says of its Via what stands there, and not what its request had: another branch',
      },
    },
    {
      name: 'escaped-percent',
      off: 'a per cent sign in a plain user part begins an escape',
      file: 'packages/sip/src/syntax/escape.ts',
      find: "text.indexOf('%') === -1 && isAll(text, bit)",
      replace: "isAll(text.replaceAll('%', 'a'), bit)",
      test: {
        file: 'packages/sip/src/uri/uri.test.ts',
        title:
          'escapes a per cent sign of plain text, what is not ASCII, and nothing that may stand in a user part',
      },
    },
    {
      name: 'misspelt-check',
      off: 'what takes messages checks less than it was told to, where the option is misspelt',
      file: 'packages/sip/src/message/parse-options.ts',
      find: "if (name !== 'limits' && name !== 'check')",
      replace: "if (name === '')",
      test: {
        file: 'packages/sip/src/message/limits.test.ts',
        title: 'what takes messages refuses check that is misspelt as its options',
      },
    },
  ],
};
