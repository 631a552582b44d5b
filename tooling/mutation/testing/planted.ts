import type { MutationPatch, PatchList } from '../patch.ts';

const base = {
  off: 'a door without a key opens',
  file: 'packages/door/src/open.ts',
  find: "key === 'right'",
  replace: 'true',
  test: { file: 'apps/house/src/open.test.ts', title: 'refuses a wrong key' },
} satisfies Omit<MutationPatch, 'name'>;

/** Patches for the small repository of the mutation test: one that is noticed, and every way to prove nothing. */
export const patches: PatchList = {
  name: 'planted',
  list: [
    { ...base, name: 'noticed' },
    { ...base, name: 'noticed-in-a-folder', file: 'packages/door/src/' },
    { ...base, name: 'unnoticed', test: { ...base.test, title: 'opens for the right key' } },
    { ...base, name: 'gone', find: 'key === undefined' },
    { ...base, name: 'ambiguous', find: 'key' },
    { ...base, name: 'no-file', file: 'packages/door/src/shut.ts' },
    { ...base, name: 'no-test', test: { ...base.test, title: 'refuses a burglar' } },
    { ...base, name: 'failing-test', test: { ...base.test, title: 'fails by itself' } },
    { ...base, name: 'breaks-the-source', replace: '((((' },
  ],
};
