import type { MutationPatch, PatchList } from '../patch.ts';

const framing = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip/src/framing/stream-framer.test.ts',
  title,
});

const relay = 'packages/sip-relay/src/relay/relay.ts';
const relaying = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-relay/src/relay/relay.test.ts',
  title,
});
const sizes = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/test/sizes.test.ts',
  title,
});

/** What one peer can take of memory and of the links that all share. */
export const patches: PatchList = {
  name: 'budgets',
  list: [
    {
      name: 'passed-over',
      off: 'the body of a refused message is read as messages',
      file: 'packages/sip/src/framing/stream-framer.ts',
      find: 'this.#skip = head.contentLength;',
      replace: 'this.#skip = 0;',
      test: framing('is asked for before any of it is stored, and passed over where it is not wanted'),
    },
    {
      name: 'asked-before-stored',
      off: 'a large body of any sender is stored',
      file: 'packages/sip/src/framing/stream-framer.ts',
      find: 'return sink.largeBody?.(head.contentLength, head.bodyStart + head.contentLength);',
      replace: 'return undefined;',
      test: framing('is asked for before any of it is stored, and passed over where it is not wanted'),
    },
    {
      name: 'framing-goes-on',
      off: 'a message that exceeds a limit ends the stream that others share',
      file: 'packages/sip/src/message/limits.ts',
      find: 'maxHeaderBytes: 2 * limits.maxHeaderBytes,',
      replace: 'maxHeaderBytes: limits.maxHeaderBytes,',
      test: framing('refuses a header that is too long by its header, passes over it and goes on behind it'),
    },
    {
      name: 'dropped-body-unread',
      off: 'a message whose body was dropped is sent as if it had none',
      file: 'packages/sip/src/message/header-lines.ts',
      find: 'if (this.largeBody !== undefined) return this.largeBody;',
      replace: "return this.largeBody ?? '';",
      test: {
        file: 'packages/sip/src/message/large-body.test.ts',
        title: 'is never read or sent as if the message had none',
      },
    },
    {
      name: 'measured-before-sent',
      off: 'a request is sent that its next hop refuses because of what we added',
      file: relay,
      find: 'const problem = checkSize(request, connection.accepts);',
      replace: 'const problem = undefined as SipProblem | undefined;',
      test: sizes(
        'is measured with what we add before it is sent: its sender hears 513, and the next hop nothing',
      ),
    },
    {
      name: 'answer-measured',
      off: 'a response is sent that its receiver refuses because of what we added',
      file: relay,
      find: 'const problem = checkSize(sent, connection.accepts);',
      replace: 'const problem = undefined as SipProblem | undefined;',
      test: relaying('is not sent back, and the sender hears 502 instead'),
    },
    {
      name: 'ack-measured',
      off: 'an ACK is sent that its next hop refuses because of what we added',
      file: relay,
      find: 'if (checkSize(ack, connection.accepts) === undefined) connection.send(ack);',
      replace: 'connection.send(ack);',
      test: relaying('is dropped where it is an ACK'),
    },
    {
      name: 'less-from-outsiders',
      off: 'clients may send messages that leave no room for what our servers add',
      file: 'packages/sip-endpoint/src/connection/peer-limits.ts',
      find: "return kind === 'server' ? serverLimits : outsiderLimits;",
      replace: 'return serverLimits;',
      test: sizes('may have half of what servers take from each other where a client sends it'),
    },
    {
      name: 'contact-as-start-line',
      off: 'a device registers a URI that no hop accepts as a start line',
      file: 'packages/sip-proxy/src/registration/contact-binding.ts',
      find: 'if (uri.toString().length > maxUriLength)',
      replace: 'if (uri.toString().length < 0)',
      test: {
        file: 'packages/sip-proxy/test/registrar.test.ts',
        title: 'refuses a contact that no hop would accept as the start line of a request',
      },
    },
  ],
};
