import type { MutationPatch, PatchList } from '../patch.ts';

const renewed = 'packages/member/src/credential/renewed-credential.ts';
const state = 'packages/member/src/state/domain-state.ts';

const at =
  (file: string) =>
  (title: string): MutationPatch['test'] => ({ file, title });
const renewal = at('packages/member/test/renewed-credential.test.ts');
const domainState = at('packages/member/test/domain-state.test.ts');

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
    {
      name: 'links-over-a-jump',
      off: 'after a sleep of the machine, a connection goes on under a certificate that is over',
      file: 'packages/tls/src/live/live-connections.ts',
      find: 'Math.min(leftMs, lookMs)',
      replace: 'leftMs',
      test: at('packages/tls/test/live.test.ts')(
        'closes it within a minute where the clock jumps over its end, as after a sleep of the machine',
      ),
    },
    {
      name: 'stale-after-a-jump',
      off: 'after a sleep of the machine, connections go on under a topology that nothing confirms',
      file: state,
      find: 'Math.min(Math.max(leftMs, 1), lookMs)',
      replace: 'Math.max(leftMs, 1)',
      test: domainState(
        'is stale within a minute where the clock jumps, and no longer where it was set right',
      ),
    },
    {
      name: 'stale-for-ever',
      off: 'a clock that was ahead leaves a topology stale until the authority answers',
      file: state,
      find: '    // What is stale comes back where the clock was ahead.\n',
      replace: '    if (this.#stale) return;\n',
      test: domainState(
        'is stale within a minute where the clock jumps, and no longer where it was set right',
      ),
    },
    {
      name: 'alarm-after-a-jump',
      off: 'after a sleep of the machine, nothing says that no authority has confirmed the topology',
      file: 'packages/member/src/follow/confirmation-alarm.ts',
      find: 'Math.min(Math.max(dueMs, 1), lookMs)',
      replace: 'Math.max(dueMs, 1)',
      test: at('packages/member/test/confirmation-alarm.test.ts')(
        'is logged within a minute where the clock jumps, as after a sleep of the machine',
      ),
    },
  ],
};
