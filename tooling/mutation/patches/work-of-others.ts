import type { MutationPatch, PatchList } from '../patch.ts';

const folder = 'packages/sip-endpoint/src/';
const control = `${folder}overload/overload-control.ts`;
const decided = (title: string): MutationPatch['test'] => ({
  file: `${folder}overload/overload-control.test.ts`,
  title,
});

/** What counts of a turn where other programs have the processor. */
export const patches: PatchList = {
  name: 'work-of-others',
  list: [
    {
      name: 'work-of-others',
      off: 'new work gets no time where other programs have the processor',
      file: control,
      find: 'if (this.#worked === undefined || this.#workedSince > givenMs) return true;',
      replace: 'if (this.#workedSince >= 0) return true;',
      test: decided('takes nothing from it either for what other programs have of the processor'),
    },
    {
      name: 'work-of-this-turn',
      off: 'what was worked before this turn came to read is taken from the time for new work',
      file: control,
      find: 'if (this.#isOverloaded) this.#workedBefore = this.#worked?.() ?? 0;',
      replace: '',
      test: decided('takes nothing from it either for what other programs have of the processor'),
    },
    {
      name: 'work-of-the-process',
      off: 'a server counts by the clock, whatever else runs on its machine',
      file: `${folder}connection/loop-turn.ts`,
      find: 'new OverloadControl(defaultOverloadRules, delay.worked)',
      replace: 'new OverloadControl(defaultOverloadRules)',
      test: {
        file: `${folder}connection/loop-turn.test.ts`,
        title: 'gives new work the time that a processor works for the process, and not what passes',
      },
    },
    {
      name: 'work-is-not-known',
      off: 'the turn in which a server finds that it is overloaded takes new work once more',
      file: control,
      find: 'this.#workedSince = Number.POSITIVE_INFINITY;',
      replace: '',
      test: decided('counts by the clock in the turn in which it finds that it is overloaded'),
    },
  ],
};
