import type { MutationPatch, PatchList } from '../patch.ts';

const renewed = 'packages/member/src/credential/renewed-credential.ts';

const at =
  (file: string) =>
  (title: string): MutationPatch['test'] => ({ file, title });
const renewal = at('packages/member/test/renewed-credential.test.ts');

/** What a clock that is set, or a machine that sleeps, must not lead to; and what is said before a certificate ends. */
export const patches: PatchList = {
  name: 'set-clocks',
  list: [
    {
      name: 'retry-by-a-wrong-clock',
      off: 'a server whose clock was ahead once never renews its certificate',
      file: renewed,
      find: 'waitMs - Math.abs(clock.now() - begin)',
      replace: 'waitMs - (clock.now() - begin)',
      test: renewal('is asked for in its time where that was taken for over'),
    },
    {
      name: 'within-a-planned-time',
      off: 'a certificate below a root that leaves is renewed at half of its life alone',
      file: renewed,
      find: 'this.#wait(() => Math.min(planned(), within()));',
      replace: 'this.#wait(() => Math.max(planned(), within()));',
      test: renewal('is renewed within a while that began then'),
    },
  ],
};
