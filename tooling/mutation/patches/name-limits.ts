import type { MutationPatch, PatchList } from '../patch.ts';

const limits = (title: string): MutationPatch['test'] => ({
  file: 'packages/pki/test/name-limits.test.ts',
  title,
});
const given = (title: string): MutationPatch['test'] => ({
  file: 'packages/pki/test/service-arguments.test.ts',
  title,
});
const listener = (title: string): MutationPatch['test'] => ({
  file: 'packages/pki/test/node-listener.test.ts',
  title,
});
const issuing =
  'an issuing authority has the limits of its root, for verifiers that read none in an anchor: the first one, and each that follows';

/** What a stolen issuing key could sign for verifiers that are not ours. */
export const patches: PatchList = {
  name: 'name-limits',
  list: [
    {
      name: 'mail-addresses',
      off: 'a root with limits vouches for any mail address',
      file: 'packages/pki/src/ground/name-limits.ts',
      find: "[subtree({ type: 'uri', value }), subtree({ type: 'email', value })]",
      replace: "[subtree({ type: 'uri', value })]",
      test: limits('a root with limits vouches for mail addresses of its domain alone'),
    },
    {
      name: 'first-issuing',
      off: 'the first issuing authority has no limits of its own',
      file: 'packages/pki/src/ceremony/issuing-authority.ts',
      find: 'type === oids.nameConstraints',
      replace: "type === ''",
      test: limits(issuing),
    },
    {
      name: 'next-issuing',
      off: 'the next issuing authority has no limits of its own',
      file: 'packages/pki/src/ceremony/certify-issuing.ts',
      find: '      ...nameLimitsOf(root.certificate),\n',
      replace: '',
      test: limits(issuing),
    },
    {
      name: 'other-addresses',
      off: 'ranges of addresses that are given later count for nothing, without a word',
      file: 'packages/pki/src/node/service/open-authority.ts',
      find: '    refuseOtherAddresses(root, read);\n',
      replace: '',
      test: given(
        'stay those with which the authority was created: others are refused, the same in another order are not',
      ),
    },
    {
      name: 'addresses-in-a-list',
      off: 'ranges in one text are read character by character',
      file: 'packages/pki/src/node/service/authority-options.ts',
      find: 'addresses !== undefined && !(Array.isArray(addresses)',
      replace: 'addresses === null && !(Array.isArray(addresses)',
      test: given('are a list of ranges, and nothing is created where they are not'),
    },
    {
      name: 'folder-that-is-a-file',
      off: 'an authority in a file is a fault of the platform',
      file: 'packages/pki/src/node/service/open-authority.ts',
      find: '  await refuseFile(directory);\n',
      replace: '',
      test: given('is refused where a file is, or is on the way'),
    },
    {
      name: 'listener-bound',
      off: 'a bound of a listener that is not a number bounds nothing',
      file: 'packages/pki/src/node/node-listener.ts',
      find: 'if (Number.isInteger(value) && value >= from && value <= to)',
      replace: 'if (value !== null)',
      test: listener('is not made of a body without a bound'),
    },
    {
      name: 'listener-name',
      off: 'a misspelt bound of a listener bounds nothing',
      file: 'packages/pki/src/node/node-listener.ts',
      find: '  if (unknown !== undefined)\n',
      replace: "  if (unknown === '')\n",
      test: listener('is not made of a misspelt bound'),
    },
  ],
};
