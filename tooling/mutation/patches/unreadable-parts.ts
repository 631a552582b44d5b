import type { PatchList } from '../patch.ts';

/** What no peer could read is refused before it is written. */
export const patches: PatchList = {
  name: 'unreadable-parts',
  list: [
    ...(
      [
        [
          'edited-uri',
          'message/edit.ts',
          "typeof uri === 'string' ? requestUri(uri) : textOf(uri)",
          'uri.toString()',
          'setUri sip:a b@c',
        ],
        [
          'empty-user',
          'uri/uri.ts',
          "if (user !== '') return",
          "if (user !== 'x') return",
          'SipUri.from {"host":"contoso.example","user":""}',
        ],
        [
          'uri-scheme',
          'uri/uri.ts',
          "if (scheme === 'sip' || scheme === 'sips') return scheme;",
          'if (scheme.length > 0) return scheme;',
          'SipUri.from {"host":"contoso.example","scheme":"http"}',
        ],
        [
          'uri-name',
          'uri/uri.ts',
          "    checkParts(parts, kinds, 'SIP URI');\n",
          '',
          'SipUri.from {"host":"contoso.example","usr":"alice"}',
        ],
        [
          'address-name',
          'headers/name-addr.ts',
          "    checkParts(parts, kinds, 'address');\n",
          '',
          'NameAddr.from {"uri":"sip:alice@contoso.example","displayname":"Alice"}',
        ],
        [
          'via-name',
          'headers/via.ts',
          "    checkParts(parts, kinds, 'Via');\n",
          '',
          'Via.from {"transport":"TLS","host":"contoso.example","brnch":"z9hG4bK1"}',
        ],
        [
          'parameter',
          'parameters/parameters.ts',
          "if (typeof value === 'number' && Number.isFinite(value)) return",
          'if (value !== undefined) return',
          'NameAddr.from {"uri":"sip:alice@contoso.example","parameters":{"tag":null}}',
        ],
        [
          'map',
          'syntax/check-parts.ts',
          ' && !(Symbol.iterator in value)',
          '',
          'createRequest {"headers":{}} Map',
        ],
        [
          'readable',
          'message/create-request.ts',
          '  checkReadable(request, parts);\n',
          '',
          'createRequest {"callId":"a b"} String',
        ],
        [
          'route-text',
          'message/create-request.ts',
          '    if (hasText(parts.routes)) request.routes;\n',
          '',
          'createRequest {"routes":"x"} String',
        ],
        [
          'contact-text',
          'message/create-request.ts',
          '    if (hasText(parts.contact)) request.contacts;\n',
          '',
          'createRequest {"contact":"no address"} String',
        ],
        [
          'media-type',
          'message/check-media-type.ts',
          '  if (parsed.ok) return;\n',
          "  if (parsed.ok || text === '') return;\n",
          'createRequest {"contentType":""} String',
        ],
        [
          'contact-of-a-response',
          'message/create-response.ts',
          "  if (typeof parts.contact === 'string') checkContact(response);\n",
          '',
          'createResponse {"contact":"no address"}',
        ],
        [
          'challenge-name',
          'digest/challenge.ts',
          "  checkParts(options, kinds, 'challenge');\n",
          '',
          'createChallenge {"realm":"contoso.example","nonce":"n","algorithm":"SHA-256","stal":true}',
        ],
        [
          'challenge-algorithm',
          'digest/challenge.ts',
          '  checkAlgorithm(options.algorithm);\n',
          '',
          'createChallenge {"realm":"contoso.example","nonce":"n","algorithm":"SHA256"}',
        ],
        [
          'password',
          'digest/credential-record.ts',
          "  checkGiven(password, 'password');\n",
          '',
          'digestA1 without a password',
        ],
        [
          'record-algorithm',
          'digest/credential-record.ts',
          '  checkAlgorithm(algorithm);\n  checkGiven(username',
          '  checkGiven(username',
          'algorithm SHA256',
        ],
        [
          'role',
          'message/inspect-request.ts',
          '  checkRole(capabilities);\n',
          '',
          'inspectRequest {"role":"uas","methods":["OPTIONS"],"extensions":[],"schemes":["sip"],"contentTypes":[]}',
        ],
      ] as const
    ).map(([name, file, find, replace, title]) => ({
      name,
      off: 'a caller in JavaScript writes what no peer reads, or what is not what was meant',
      file: `packages/sip/src/${file}`,
      find,
      replace,
      test: {
        file: 'packages/sip/src/message/refused-parts.test.ts',
        title: `is refused before it is written: ${title}`,
      },
    })),
  ],
};
