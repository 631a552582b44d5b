import type { MutationPatch, PatchList } from '../patch.ts';

const reading = 'packages/sip-proxy/src/media/';
const refused = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-proxy/test/media.test.ts',
  title,
});
const edge = (title: string): MutationPatch['test'] => ({ file: 'packages/edge/test/media.test.ts', title });
const relay = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-relay/src/relay/refused-response.test.ts',
  title,
});
const frontEnd = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/test/media.test.ts',
  title,
});

/** That media are encrypted where the topology requires it. */
export const patches: PatchList = {
  name: 'media',
  list: [
    {
      name: 'rtp-in-clear',
      off: 'RTP in clear passes for SRTP',
      file: reading,
      find: "if ((profile !== 'SAVP' && profile !== 'SAVPF') || stream.isUnencrypted)",
      replace: 'if (profile === undefined)',
      test: refused('RTP in clear'),
    },
    {
      name: 'unencrypted-srtp',
      off: 'SRTP whose keys encrypt nothing passes',
      file: reading,
      find: "if ((profile !== 'SAVP' && profile !== 'SAVPF') || stream.isUnencrypted)",
      replace: "if (profile !== 'SAVP' && profile !== 'SAVPF')",
      test: refused('keys that encrypt nothing (RFC 4568 §6.3.2)'),
    },
    {
      name: 'keys',
      off: 'a stream that only says SRTP passes',
      file: reading,
      find: "return hasKeys ? undefined : { kind: 'without-keys', media, protocol };",
      replace: 'return undefined;',
      test: refused('SRTP without keys'),
    },
    {
      name: 'other-protocols',
      off: 'messages and files in clear pass',
      file: reading,
      find: "if (!parts.includes('RTP')) return overTls ? undefined : { kind: 'in-clear', media, protocol };",
      replace: "if (!parts.includes('RTP')) return undefined;",
      test: refused('messages in clear'),
    },
    {
      name: 'every-stream',
      off: 'only the last stream is looked at',
      file: reading,
      find: '        const problem = problemOf(stream, session);\n        if (problem !== undefined) return problem;\n        const next',
      replace: '        const next',
      test: refused('a first stream in clear'),
    },
    {
      name: 'bundled-stream',
      off: 'a stream at the port of another one counts as not in use',
      file: reading,
      find: '(/^0+(\\/|$)/.test(port) && !stream.isBundled)',
      replace: '/^0+(\\/|$)/.test(port)',
      test: refused('a stream in clear that shares the port of another one (RFC 8843 §6)'),
    },
    {
      name: 'lines-without-type',
      off: 'a stream hides in a line that a tolerant reader takes',
      file: reading,
      find: 'if (!hasType(text, start, end)) return',
      replace: "if (text === '') return",
      test: refused('a stream behind white space'),
    },
    {
      name: 'multipart',
      off: 'a session description hides in a part',
      file: reading,
      find: 'if (name !== sessionDescription && !isMultipart) return undefined;',
      replace: 'if (name !== sessionDescription) return undefined;',
      test: refused('in a part'),
    },
    {
      name: 'hidden-bodies',
      off: 'a session description is encrypted or somewhere else',
      file: reading,
      find: 'if (hidingTypes.has(name)) return',
      replace: "if (hidingTypes.has('')) return",
      test: refused('to be unreadable, and refused, where it is encrypted for its receiver'),
    },
    {
      name: 'body-size',
      off: 'a megabyte of session description is read',
      file: reading,
      find: 'if (length > mostCharacters) return',
      replace: 'if (length < 0) return',
      test: refused('more than 64 kB'),
    },
    {
      name: 'offers-across-the-federation',
      off: 'a partner is offered media in clear',
      file: 'packages/edge/src/edge.ts',
      find: "const refused = mediaRefusal(request, 'federationSrtp', agent);",
      replace: 'const refused = undefined as ReturnType<typeof mediaRefusal>;',
      test: edge('an offer in clear is refused with 488, in either direction, and crosses nowhere'),
    },
    {
      name: 'answers-across-the-federation',
      off: 'a partner answers an offer of SRTP in clear',
      file: 'packages/edge/src/forwarding.ts',
      find: 'return this.#forwarded.crosses && isRequired\n',
      replace: 'return this.#forwarded.crosses && !isRequired\n',
      test: edge('an offer that the called side makes in its 2xx is judged as any other'),
    },
    {
      name: 'offers-inside',
      off: 'a user offers media in clear inside',
      file: 'packages/front-end/src/front-end.ts',
      find: "const inClear = mediaRefusal(request, 'internalSrtp', this.#options.fqdn);",
      replace: 'const inClear = undefined as ReturnType<typeof mediaRefusal>;',
      test: frontEnd('refuses an offer in clear with 488 and a Warning, logs why, and rings nobody'),
    },
    {
      name: 'answers-inside',
      off: 'a user answers an offer of SRTP in clear',
      file: 'packages/front-end/src/forwarding.ts',
      find: "return topology().policies.media.internalSrtp === 'required'\n",
      replace: "return topology().policies.media.internalSrtp !== 'required'\n",
      test: frontEnd('passes media in clear: internalSrtp is optional by default'),
    },
    {
      name: 'refused-answer',
      off: 'an answer that may not pass reaches the caller',
      file: 'packages/sip-relay/src/relay/relayed-request.ts',
      find: 'if (this.refused !== undefined) {',
      replace: 'if (this.refused === null) {',
      test: relay('to an INVITE ends the call: ACK and BYE for who has answered, the refusal for who called'),
    },
    {
      name: 'refused-answer-after-cancel',
      off: 'the same device gets through with its next response',
      file: 'packages/sip-relay/src/relay/relayed-request.ts',
      find: 'this.refused ??= rules.refuses?.(response, this.branch.target);',
      replace: 'this.refused = rules.refuses?.(response, this.branch.target);',
      test: relay('while it rings ends an answer that crosses the CANCEL, whatever is in that'),
    },
    {
      name: 'ended-calls',
      off: 'a hop makes us send as many BYE as it likes',
      file: 'packages/sip-relay/src/relay/refuse-response.ts',
      find: 'if (isFirst && run.ended.size >= mostEndedCalls) return;',
      replace: '',
      test: relay('ends the calls of at most eight devices behind one hop, however many answer'),
    },
    {
      name: 'answers-in-ack',
      off: 'an answer in clear travels in an ACK',
      file: 'packages/sip-proxy/src/media/media-refusal.ts',
      find: "['INVITE', 'ACK', 'PRACK', 'UPDATE']",
      replace: "['INVITE', 'PRACK', 'UPDATE']",
      test: frontEnd('carries no ACK whose answer is in clear, and logs why, because an ACK has no response'),
    },
  ],
};
