import type { MutationPatch, PatchList } from '../patch.ts';

const limits = (what: string): MutationPatch['test'] => ({
  file: 'packages/trust/test/anchor-limits.test.ts',
  title: `are a fault with ${what}, at once and wherever the anchors come from`,
});

/** Settings of anchors that would limit nothing. */
export const patches: PatchList = {
  name: 'trust-settings',
  list: [
    {
      name: 'misspelt-limit',
      off: 'a misspelt limit of an anchor is overlooked, and the anchor is trusted for everything',
      file: 'packages/trust/src/policy/check-settings.ts',
      find: 'if (rule === undefined) throw unknownName(anchor,',
      replace: 'if (rule === undefined) continue;\n      if (anchor === undefined) throw unknownName(anchor,',
      test: limits('a misspelt limit'),
    },
    {
      name: 'limit-of-another-type',
      off: 'a limit that is not a number limits nothing',
      file: 'packages/trust/src/policy/check-settings.ts',
      find: 'if (value !== undefined && !fits(value)) throw',
      replace: "if (typeof value === 'symbol' && !fits(value)) throw",
      test: limits('a depth that is not a number'),
    },
    {
      name: 'grace-without-end',
      off: 'a grace period without its length never ends',
      file: 'packages/trust/src/policy/check-settings.ts',
      find: 'if (revocation !== undefined && !isRevocationPolicy',
      replace: 'if (revocation === null && !isRevocationPolicy',
      test: limits('a grace without its length'),
    },
    {
      name: 'anchors-that-change',
      off: 'anchors that come later are used unchecked',
      file: 'packages/trust/src/judge/known-issuers.ts',
      find: '    checkAnchors(anchors);\n',
      replace: '',
      test: limits('a misspelt limit'),
    },
    {
      name: 'text-for-a-path',
      off: 'PEM text in the place of a path is opened as a file, and the fault repeats it',
      file: 'packages/trust/src/node/read-blocks.ts',
      find: "if (!path.includes('-----BEGIN ')) return;",
      replace: 'if (path !== undefined) return;',
      test: {
        file: 'packages/trust/src/node/stores.test.ts',
        title: 'is said to be PEM text where it stands in the place of a path, and is not repeated',
      },
    },
  ],
};
