import type { MutationPatch, PatchList } from '../patch.ts';

const renewed = 'packages/member/src/credential/renewed-credential.ts';
const renewing = 'packages/member/src/follow/renewal-problem.ts';
const problems = 'packages/member/src/follow/member-problem.ts';
const state = 'packages/member/src/state/domain-state.ts';

const at =
  (file: string) =>
  (title: string): MutationPatch['test'] => ({ file, title });
const renewal = at('packages/member/test/renewed-credential.test.ts');
const problem = at('packages/member/src/follow/member-problem.test.ts');
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
      name: 'failure-for-ever',
      off: 'the health of a server names a renewal that failed, after the next one succeeded',
      file: renewed,
      find: '      this.#failure = undefined;\n',
      replace: '',
      test: renewal(
        'stays where the authority, whose clock is ahead, gives one that nobody accepts yet; that one is taken once it is valid',
      ),
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
    {
      name: 'healthy-until-the-end',
      off: 'a server is healthy until the moment at which its certificate ends',
      file: renewing,
      find: '  if (now < notAfter - (notAfter - notBefore) / 3) return undefined;\n',
      replace: '  if (now < notAfter + notBefore) return undefined;\n',
      test: problem('is one in the last third of its life that was not renewed, which stops nothing yet'),
    },
    {
      name: 'failed-renewal-in-the-log-alone',
      off: 'a renewal that fails is in no health',
      file: renewing,
      find: '  if (failure !== undefined)\n',
      replace: '  if (failure === null)\n',
      test: problem('is the last attempt where it failed, with what is to be done about that'),
    },
    {
      name: 'external-renewal-unwatched',
      off: 'the health of an edge does not see that its external certificate is not renewed',
      file: 'packages/member/src/join/joined-member.ts',
      find: '    this.#openedExternal = opened;\n',
      replace: '',
      test: at('packages/member/test/member-end.test.ts')(
        'has in its problems the renewal of either interface that failed',
      ),
    },
    {
      name: 'renewal-of-the-revoked',
      off: 'the health of a server whose certificate is revoked says to wait for the next one',
      file: problems,
      find: '  else for (const renewal of renewals)',
      replace: '  for (const renewal of renewals)',
      test: problem('is nothing beside a certificate that is over'),
    },
    {
      name: 'issuer-in-a-key',
      off: 'the health of a server names an authority by a key with control characters',
      file: problems,
      find: 'issuer.toString()',
      replace: 'issuer.canonical',
      test: problem('is a revocation list that has expired, by the name of its issuer as people read it'),
    },
    {
      name: 'clock-right-again',
      off: 'an administrator is to restart a server whose clock is right again',
      file: 'packages/front-end/src/registrations/clock-watch.ts',
      find: 'if (Math.abs(behindMs) < noticedMs) {',
      replace: 'if (Math.abs(behindMs) < 0) {',
      test: at('packages/front-end/src/registrations/clock-watch.test.ts')(
        'says that nothing is to be done once the clock of the machine is right again',
      ),
    },
    {
      name: 'remedy-without-a-setting',
      off: 'the log of a server asks to raise what no configuration has',
      file: 'packages/tls/src/dial/within.ts',
      find: 'and that the server there is not overloaded',
      replace: 'or raise timeoutMs',
      test: at('packages/tls/test/trusted-stream.test.ts')('is given up where the server says nothing'),
    },
    {
      name: 'ahead-of-the-authority',
      off: 'a server whose clock is ahead is well until its topology is not confirmed, and nothing says what is wrong',
      file: 'packages/member/src/follow/member-problem.ts',
      find: "else if (refusal?.reason === 'stale') found.push(clockAhead(refusal));",
      replace: '',
      test: at('packages/member/src/follow/member-problem.test.ts')(
        'is a clock that is ahead, as soon as what the authority answers is over by it, and not only once the topology is not confirmed',
      ),
    },
    {
      name: 'clock-before-another-certificate',
      off: 'a server whose clock is ahead is given another certificate, which is over by it as well',
      file: 'packages/member/src/follow/own-certificate.ts',
      find: 'check the clock of this server first (for example with chronyc tracking): one that is ahead takes a valid certificate for expired; where it is right, ',
      replace: '',
      test: at('packages/member/src/follow/member-problem.test.ts')(
        'is a certificate or a list that is over by a clock that may be ahead, which the remedy has checked first',
      ),
    },
    {
      name: 'signed-out-late',
      off: 'a user who was signed out while Redis took no changes stays signed in at other servers, for as long as the clock was set back',
      file: 'packages/store-redis/src/redis-locations.ts',
      find: 'if (performance.now() < this.#settlesAt) return;',
      replace: 'if (this.#clock() < this.#settlesAt + performance.timeOrigin + 300_000) return;',
      test: {
        file: 'packages/store-redis/test/set-clock.test.ts',
        title: 'signs out from the store whom it could not sign out, though its clock was set back meanwhile',
      },
    },
  ],
};
