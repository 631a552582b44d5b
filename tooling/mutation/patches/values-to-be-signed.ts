import type { PatchList } from '../patch.ts';

const given = 'packages/x509/src/der/given.ts';
const test = (title: string) => ({
  file: 'packages/x509/test/given-values.test.ts',
  title: `is refused with code, place and remedy: ${title}`,
});

/** What callers without a compiler give to be signed. */
export const patches: PatchList = {
  name: 'values-to-be-signed',
  list: [
    {
      name: 'misspelt-field',
      off: 'a misspelt field of an extension is left out of what is signed',
      file: given,
      find: '    if (!names.includes(name))',
      replace: "    if (name === '')",
      test: test('excluded subtrees under another name'),
    },
    {
      name: 'text-as-yes',
      off: 'the text false makes a CA',
      file: given,
      find: "if (typeof given !== 'boolean') throw unlike(given, 'true or false', place);\n  return given;",
      replace: 'return Boolean(given);',
      test: test('the text false for a CA'),
    },
    {
      name: 'text-as-octets',
      off: 'a text in the place of octets is encoded as zeros',
      file: given,
      find: '  if (!isOctets(given) && !Array.isArray(given)) throw',
      replace: "  if (typeof given === 'symbol') throw",
      test: test('a text in the place of octets'),
    },
    {
      name: 'negative-path-length',
      off: 'a path length below 0 is signed',
      file: 'packages/x509/src/extension/write-extensions.ts',
      find: 'if (!Number.isSafeInteger(count) || count < 0)',
      replace: 'if (!Number.isSafeInteger(count))',
      test: test('a path length below 0'),
    },
    {
      name: 'unknown-reason',
      off: 'an entry has a reason that there is not',
      file: 'packages/x509/src/crl/encode-crl.ts',
      find: 'if (code < 0 || reason === undefined)',
      replace: 'if (reason === undefined)',
      test: test('a reason that there is not'),
    },
  ],
};
