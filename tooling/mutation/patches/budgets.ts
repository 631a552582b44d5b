import type { MutationPatch, PatchList } from '../patch.ts';

const framing = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip/src/framing/stream-framer.test.ts',
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
  ],
};
