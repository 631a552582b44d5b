import type { MutationPatch, PatchList } from '../patch.ts';

const shown = (how: string): MutationPatch['test'] => ({
  file: 'packages/trust/src/node/fetch/shown-crls.test.ts',
  title: `a fetcher takes that also where the time of the wrong one has come before it asks again, ${how} a restart`,
});
const ownClock = (how: string): MutationPatch['test'] => ({
  file: 'packages/trust/src/node/fetch/shown-crls.test.ts',
  title: `a fetcher whose own clock was ahead as well takes the list that was signed again once both were set, ${how} a restart`,
});

/** Lists that an issuer has signed with a clock that was ahead, and those that it has signed afterwards. */
export const patches: PatchList = {
  name: 'lists-of-the-future',
  list: [
    {
      name: 'asked-late',
      off: 'a partner that asks again late goes on with a list that was signed with a clock ahead, without what was revoked since',
      file: 'packages/trust/src/node/fetch/fetched-crls.ts',
      find: 'since: same?.since ?? since,',
      replace: 'since,',
      test: shown('without'),
    },
    {
      name: 'restarted-late',
      off: 'a partner that was restarted goes on with a list that was signed with a clock ahead, without what was revoked since',
      file: 'packages/trust/src/node/fetch/revocation-fetcher.ts',
      find: 'now, issuer, since: keptAt }',
      replace: 'now, issuer, since: keptAt * 0 + now }',
      test: shown('with'),
    },
    {
      name: 'all-clocks-ahead',
      off: 'where the clocks of a whole site were ahead, its servers refuse each other and the authority until that time comes',
      file: 'packages/trust/src/node/older-list.ts',
      find: 'Math.min(since, now)',
      replace: 'since',
      test: ownClock('with'),
    },
    {
      name: 'fetched-ahead',
      off: 'a server whose clock was ahead fetches no list again until that time comes',
      file: 'packages/trust/src/node/fetch/fetched-again.ts',
      find: 'fetchedAt > now || ',
      replace: '',
      test: ownClock('without'),
    },
    {
      name: 'failed-ahead',
      off: 'a server whose clock was ahead while a location failed does not ask it again until that time comes',
      file: 'packages/trust/src/node/fetch/single-flight.ts',
      find: 'since >= 0 && ',
      replace: '',
      test: {
        file: 'packages/trust/src/node/fetch/shown-crls.test.ts',
        title: 'a fetcher whose clock was ahead while a location failed asks it again once that was set',
      },
    },
    {
      name: 'clock-asked-for',
      off: 'where a clock is behind, the address of a list is said to be wrong',
      file: 'packages/trust/src/reasons/revocation-reasons.ts',
      find: '      if (why.includes(ofTheFuture)) return clocksDiffer;\n',
      replace: '',
      test: {
        file: 'packages/trust/test/crl.test.ts',
        title: 'from the future says of when it is, and asks for the clock and not for an address',
      },
    },
  ],
};
