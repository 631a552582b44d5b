import type { MutationPatch, PatchList } from '../patch.ts';

const limits = (title: string): MutationPatch['test'] => ({
  file: 'packages/pki/test/name-limits.test.ts',
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
  ],
};
