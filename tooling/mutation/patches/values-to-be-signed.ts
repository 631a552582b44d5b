import type { PatchList } from '../patch.ts';

const given = 'packages/x509/src/der/given.ts';
const test = (title: string) => ({
  file: 'packages/x509/test/given-values.test.ts',
  title: `is refused with code, place and remedy: ${title}`,
});

/** What callers without a compiler give to be signed, and to what signs. */
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
    {
      name: 'misspelt-option',
      off: 'a root whose limits are misspelt may vouch for any name',
      file: 'packages/pki/src/ground/check-given.ts',
      find: '  if (unknown !== undefined)',
      replace: "  if (unknown === '')",
      test: {
        file: 'packages/pki/test/given-options.test.ts',
        title: 'is refused where it is misspelt: the limits of a root',
      },
    },
    {
      name: 'time-of-another-kind',
      off: 'a Date in the place of milliseconds makes a root that nobody can read',
      file: 'packages/pki/src/ground/check-options.ts',
      find: 'if (!Number.isFinite(value)) throw',
      replace: "if (typeof value === 'symbol') throw",
      test: {
        file: 'packages/pki/test/given-options.test.ts',
        title: 'of a root is refused where now is 2026-01-01T00:00:00.000Z',
      },
    },
    {
      name: 'shards-of-lists',
      off: 'revoked certificates are on lists that no certificate names, because their number is none',
      file: 'packages/pki/src/revocation/crl-publisher.ts',
      find: '      shards: shardCount,\n',
      replace: '',
      test: {
        file: 'packages/pki/test/given-values.test.ts',
        title: 'are not spread over a number that is a text, or none',
      },
    },
    {
      name: 'shards-of-leaves',
      off: 'certificates name lists that there are not',
      file: 'packages/pki/src/issuing/issuance.ts',
      find: '      shards: shardCount,\n',
      replace: '',
      test: {
        file: 'packages/pki/test/given-values.test.ts',
        title: 'are not spread over a number that is a text, or none',
      },
    },
    {
      name: 'secret-without-a-bound',
      off: 'a file of any size is read as a secret',
      file: 'packages/pki/src/node/read-secret.ts',
      find: "  checkValue(maxBytes, aNumber, 'maxBytes of readSecret');\n",
      replace: '',
      test: {
        file: 'packages/pki/test/given-values.test.ts',
        title: 'are not looked for at what is no path, and a bound on their size is a number',
      },
    },
  ],
};
