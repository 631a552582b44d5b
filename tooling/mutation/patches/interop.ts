import type { MutationPatch, PatchList } from '../patch.ts';

const clearText = 'tooling/interop/capture/clear-text.ts';
const found = (title: string): MutationPatch['test'] => ({
  file: 'tooling/interop/capture/clear-text.test.ts',
  title,
});

/** What shows that foreign programs stay on TLS. */
export const patches: PatchList = {
  name: 'interop',
  list: [
    {
      name: 'datagrams',
      off: 'SIP in a datagram is not searched for',
      file: clearText,
      find: "    else if (packet.payload.includes(marker)) this.#add('SIP', packet, packet.payload);\n",
      replace: '',
      test: found('finds a request or an answer by UDP, over IPv4 and IPv6, to whatever port'),
    },
    {
      name: 'across-segments',
      off: 'a mark of SIP across two segments is not found',
      file: clearText,
      find: 'const searched = Buffer.concat([direction.tail, bytes]);',
      replace: 'const searched = bytes;',
      test: found('finds SIP by TCP, where its mark lies across segments that arrive in another order, too'),
    },
    {
      name: 'unknown-bytes',
      off: 'bytes between TLS records are let pass',
      file: clearText,
      find: "direction.kind === 'unknown' || (direction.kind === 'tls' && !direction.records.take(bytes))",
      replace: "direction.kind === 'unknown'",
      test: found('finds bytes that are nothing that may pass'),
    },
    {
      name: 'verdict',
      off: 'a capture in which something was found passes',
      file: 'tooling/interop/capture/describe-captured.ts',
      find: 'if (found.length > 0)',
      replace: 'if (found.length > 1_000)',
      test: found('is a failure where something was found, or where nothing passed in TLS'),
    },
    {
      name: 'no-skip',
      off: 'a scenario may be skipped where nothing may be',
      file: 'tooling/interop/run.ts',
      find: "const maySkip = values['no-skip'] !== true;",
      replace: 'const maySkip = true;',
      test: {
        file: 'tooling/interop/interop.test.ts',
        title:
          'skips a scenario whose program is not installed, says how to get it, and fails it where nothing may be skipped',
      },
    },
  ],
};
