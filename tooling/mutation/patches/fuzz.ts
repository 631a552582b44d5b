import type { PatchList } from '../patch.ts';

const test = (title: string) => ({ file: 'tooling/fuzz/servers/servers.test.ts', title });

/** What the fuzzer of running servers notices. */
export const patches: PatchList = {
  name: 'fuzz',
  list: [
    {
      name: 'faults',
      off: 'a server may say that it has failed',
      file: 'tooling/fuzz/servers/rounds.ts',
      find: "findings.push(...attacked.faults.map((line) => finding('throw', line)));",
      replace: '',
      test: test('finds a server that says in its log that it has failed, and ends'),
    },
    {
      name: 'good-clients',
      off: 'good clients may be served no more',
      file: 'tooling/fuzz/servers/rounds.ts',
      find: "findings.push(finding('hang', (error as Error).message));",
      replace: 'void error;',
      test: test('finds a server that has ended, or serves its good clients no more'),
    },
    {
      name: 'heaps',
      off: 'a heap may grow without end',
      file: 'tooling/fuzz/servers/rounds.ts',
      find: 'if (heapGrows(bytes))',
      replace: 'if (bytes.length < 0)',
      test: test('finds a heap that grows from round to round, and takes no other for one'),
    },
    {
      name: 'disclosure',
      off: 'outsiders may receive names of the inside',
      file: 'tooling/fuzz/servers/hostile-peer.ts',
      find: 'for (const name of disclosedNames(text, this.#setting.forbidden))',
      replace: 'for (const name of forbidden.slice(forbidden.length))',
      test: test(
        'finds the name of a server inside in what an outsider receives, plainly or encoded, whole or in pieces',
      ),
    },
  ],
};
