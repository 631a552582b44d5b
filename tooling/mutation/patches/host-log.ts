import type { PatchList } from '../patch.ts';

/** What a server writes into its log and on a terminal, whatever it was given. */
export const patches: PatchList = {
  name: 'host-log',
  list: [
    {
      name: 'log-lines',
      off: 'a peer writes into the terminal on which the log is read',
      file: 'packages/host/src/logger.ts',
      find: 'hooks: { streamWrite: written },',
      replace: 'hooks: { streamWrite: (line) => (line === "" ? written(line) : line) },',
      test: {
        file: 'packages/host/src/logger.test.ts',
        title: 'shows "\u202egro.elpmaxe" escaped, in fields and in the sentence, and says the same',
      },
    },
    {
      name: 'long-texts',
      off: 'a peer, a plugin or an error writes a text of any length into the log',
      file: 'packages/host/src/log/bounded-line.ts',
      find: "return typeof value === 'string' ? shortText(value, name === 'stack' ? maxStack : maxText) : value;",
      replace:
        "return typeof value === 'string' ? shortText(value, name === 'stack' ? maxStack : maxLine) : value;",
      test: {
        file: 'packages/host/src/log/bounded-line.test.ts',
        title: 'has the start and the end of a long text, and how much was left out: a field in a field',
      },
    },
    {
      name: 'long-lines',
      off: 'many texts together make a line of any length',
      file: 'packages/host/src/log/bounded-line.ts',
      find: 'return written.length <= maxLine ? written : textOf(withoutLongest(fields));',
      replace: 'return written.length >= 0 ? written : textOf(withoutLongest(fields));',
      test: {
        file: 'packages/host/src/log/bounded-line.test.ts',
        title: 'is never longer than 16,384 characters, and says how many fields it lacks: many texts',
      },
    },
    {
      name: 'lines-that-wait',
      off: 'a server whose log nobody reads keeps lines until its memory is full',
      file: 'packages/host/src/log/bounded-output.ts',
      find: 'if (this.#leftOut > 0 || this.#waiting + bytes > this.#maxBytes) {',
      replace: 'if (this.#leftOut > 0) {',
      test: {
        file: 'packages/host/src/log/bounded-output.test.ts',
        title:
          'keeps no more than it may, says how many lines it left out once it goes on, and has all others in their order',
      },
    },
    {
      name: 'lines-left-out-unsaid',
      off: 'nobody learns that lines of the log were left out',
      file: 'packages/host/src/logger.ts',
      find: '  if (destination instanceof BoundedOutput) destination.tellBy((count) => logLeftOut(logger, count));\n',
      replace: '',
      test: {
        file: 'packages/host/src/log/bounded-output.test.ts',
        title: 'says so where its reader takes a few lines at a time, before the next one that has room',
      },
    },
    {
      name: 'printed-lines',
      off: 'what a file or a peer has named reaches the terminal of a command',
      file: 'packages/commands/src/topology/answer.ts',
      find: 'lines.map(escapeInvisible)',
      replace: 'lines.map((line) => (line === null ? escapeInvisible(line) : line))',
      test: {
        file: 'packages/commands/test/hostile-text.test.ts',
        title: 'is shown escaped: entente topology diff',
      },
    },
    {
      name: 'printed-faults',
      off: 'the sentence of a fault writes into the terminal',
      file: 'packages/host/src/run.ts',
      find: 'escapeInvisible(line)',
      replace: 'line',
      test: {
        file: 'packages/commands/test/hostile-text.test.ts',
        title: 'is shown escaped: entente topology sign --key missing\u001b.key',
      },
    },
    {
      name: 'full-disk-without-remedy',
      off: 'the log has the error of a full disk and nothing that says what to do',
      file: 'packages/host/src/logger.ts',
      find: '      formatters: { log: withRemedy },\n',
      replace: '',
      test: {
        file: 'packages/host/src/logger.test.ts',
        title: 'has the remedy of ENOSPC, wherever it is logged',
      },
    },
    {
      name: 'raw-warnings',
      off: 'a server prints warnings of the process to standard error, where its log does not have them',
      file: 'packages/host/src/run.ts',
      find: '    warningsToLog(() => ownLog);\n',
      replace: '',
      test: {
        file: 'packages/host/test/run-server.test.ts',
        title: 'has warnings of the process as lines of its log, and no text of Node on standard error',
      },
    },
  ],
};
