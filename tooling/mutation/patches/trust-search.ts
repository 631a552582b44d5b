import type { MutationPatch, PatchList } from '../patch.ts';

const hostile = (title: string): MutationPatch['test'] => ({
  file: 'packages/trust/test/hostile.test.ts',
  title,
});
const search = (title: string): MutationPatch['test'] => ({
  file: 'packages/trust/test/search.test.ts',
  title,
});

/** What bounds the search for a path, whatever number of certificates a peer presents. */
export const patches: PatchList = {
  name: 'trust-search',
  list: [
    {
      name: 'bytes',
      off: 'a peer may present any amount of certificates',
      file: 'packages/trust/src/judge/verdict-maker.ts',
      find: 'if (bytes > maxBytes) {',
      replace: 'if (maxBytes < 0) {',
      test: hostile('of a thousand intermediates is refused by size'),
    },
    {
      name: 'copies',
      off: 'each copy of a certificate is searched again',
      file: 'packages/trust/src/judge/search.ts',
      find: '      if (seen.add(bytesOf(der)).size === before) continue;\n',
      replace: '',
      test: hostile('of hundreds of copies of an intermediate costs what one costs'),
    },
    {
      name: 'order',
      off: 'putting candidates in order is free, whatever their number',
      file: 'packages/trust/src/path/issuer-graph.ts',
      find: '    this.#spending.compare(named.length);\n',
      replace: '',
      test: hostile('of hundreds of keys under one name pays for their order'),
    },
    {
      name: 'filter',
      off: 'a search follows certificates that can be in no path, until its budget is used up',
      file: 'packages/trust/src/path/issuer-filter.ts',
      find: 'return this.#coversPurpose(issuer) && this.#permitsNames(issuer);',
      replace: 'return this.#coversPurpose(issuer) || this.#permitsNames(issuer);',
      test: search('verifies nothing with a CA whose constraints exclude the leaf'),
    },
    {
      name: 'shortest-first',
      off: 'a search loses itself among CAs that certify each other, and a valid path is refused',
      file: 'packages/trust/src/path/path-search.ts',
      find: 'for (let length = nearest; this.#cut',
      replace: 'for (let length = nearest + 4; this.#cut',
      test: search('finds the one path among 36 certificates, of which the others break a rule of time'),
    },
    {
      name: 'fault-of-the-leaf',
      off: 'a leaf that can end no path is searched for until the budget is used up, and its fault is never named',
      file: 'packages/trust/src/path/path-search.ts',
      find: '    if (!tolerant && !filter.mayEnd()) return false;\n',
      replace: '',
      test: search('says certificate-expired of the leaf, however many ways there are up'),
    },
    {
      name: 'signatures-before-fetching',
      off: 'a peer has any number of signatures verified before its lists are fetched',
      file: 'packages/trust/src/node/fetch/chain-issuers.ts',
      find: '      if (++signatures > mostSignatures) return noChain;\n',
      replace: '',
      test: {
        file: 'packages/trust/src/node/fetch/chain-issuers.test.ts',
        title: 'are not looked for among any number of keys of one name',
      },
    },
    {
      name: 'another-key',
      off: 'a certificate that names another key of a known name counts as forged with the known one',
      file: 'packages/trust/src/path/path-search.ts',
      find: 'excludesKey(certificate, issuer)\n',
      replace: 'excludesKey(certificate, issuer) && depth < 0\n',
      test: {
        file: 'packages/trust/test/path.test.ts',
        title:
          'calls an outsider that borrowed the name of our CA an unknown issuer, and says that the name is known with another key',
      },
    },
  ],
};
