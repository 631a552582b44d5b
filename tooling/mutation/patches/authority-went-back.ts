import type { MutationPatch, PatchList } from '../patch.ts';

const follow = 'packages/member/src/follow';
const missed = (title: string): MutationPatch['test'] => ({
  file: `${follow}/withdrawn-revocation.test.ts`,
  title,
});
const judged = (title: string): MutationPatch['test'] => ({
  file: 'packages/commands/src/authority/member-state.test.ts',
  title,
});
const probe = 'packages/authority/src/standing/went-back-probe';
const probed = (title: string): MutationPatch['test'] => ({ file: `${probe}.test.ts`, title });

/** An authority whose database went back: what it had revoked stays revoked, and somebody hears of it. */
export const patches: PatchList = {
  name: 'authority-went-back',
  list: [
    {
      name: 'withdrawn-revocation',
      off: 'a revoked server is believed again once the authority has forgotten it and its numbers are higher',
      file: `${follow}/accept-lists.ts`,
      find: 'if (number > before) return withdrawnProblem(list, known, authorities);',
      replace: 'if (number > before) return undefined;',
      test: {
        file: 'packages/member/test/revocation-lists.test.ts',
        title:
          'do not give way to one with a higher number that has lost a revocation, until it is there again',
      },
    },
    {
      name: 'expired-entry',
      off: 'a list is refused for ever because a certificate on it has expired',
      file: `${follow}/withdrawn-revocation.ts`,
      find: 'if (isOfRoot || entry.revocationDate > keptSince) return entry;',
      replace: 'return entry;',
      test: missed('may lack one that is older than two lifetimes: its certificate may have expired'),
    },
    {
      name: 'released-hold',
      off: 'a certificate that was released from a hold has every member refuse the list',
      file: `${follow}/withdrawn-revocation.ts`,
      find: " || entry.reason === 'certificateHold') continue;",
      replace: ') continue;',
      test: missed('may lack one that was on hold, which was released'),
    },
    {
      name: 'list-of-a-root',
      off: 'a revoked issuing authority is believed again two lifetimes after a root has forgotten it',
      file: `${follow}/accept-lists.ts`,
      find: 'withdrawnRevocation(list, known, isOfRoot);',
      replace: 'withdrawnRevocation(list, known, false);',
      test: {
        file: 'packages/member/test/revocation-lists.test.ts',
        title: 'give way once what it lacks may have expired, which a list of a root never does',
      },
    },
    {
      name: 'revoked-after-its-end',
      off: 'a certificate that was revoked after its end leaves the list while members miss it',
      file: 'packages/pki/src/revocation/crl-publisher.ts',
      find: 'notAfter >= now - keptMs || (at <= notAfter + keptMs && at >= now - keptMs),',
      replace: 'notAfter >= now - keptMs && at <= now,',
      test: {
        file: 'packages/pki/test/publication.test.ts',
        title:
          'keeps one that was revoked after its end for as long as members miss it: two lifetimes from then',
      },
    },
    {
      name: 'list-that-is-held',
      off: 'a member reports the list that an authority names which went back, and not the newer one that it has',
      file: `${follow}/domain-follower.ts`,
      find: 'number: inForce.numberFor(one) ?? one.number,',
      replace: 'number: one.number,',
      test: {
        file: 'packages/member/test/trust-states.test.ts',
        title: 'says which list it has, also where the authority names an older one: it went back',
        inOrder: true,
      },
    },
    {
      name: 'refusal-unsaid',
      off: 'a member does not say that it refuses the trust state',
      file: `${follow}/domain-follower.ts`,
      find: '...(refused === undefined ? {} : { refused }),',
      replace: '',
      test: {
        file: 'packages/member/test/trust-states.test.ts',
        title:
          'says how it stands also where it refuses what is older than what it has, so that the authority learns of it',
        inOrder: true,
      },
    },
    {
      name: 'newer-list-well',
      off: 'a server with a newer list than its authority needs nothing',
      file: 'packages/commands/src/authority/member-state.ts',
      find: 'numberOf(standing.lists, list) > list.number);',
      replace: 'numberOf(standing.lists, list) > list.number + 1e9);',
      test: judged('is ahead with a newer list, which the authority has lost with what it revoked'),
    },
    {
      name: 'newer-state-alarms',
      off: 'entente status says that the authority went back because a list was signed while it looked',
      file: 'packages/commands/src/authority/member-state.ts',
      find: 'standing.state > state.sequence\n',
      replace: 'standing.state > state.sequence + 1e9\n',
      test: judged('needs nothing that reports what is in force, or a newer list of a newer state'),
    },
    {
      name: 'refusal-well',
      off: 'a server that refuses the trust state needs nothing',
      file: 'packages/commands/src/authority/member-state.ts',
      find: 'if (standing.refused !== undefined)',
      replace: 'if (standing.refused === null)',
      test: judged('is to be looked at that refuses the trust state, which nothing else of its report shows'),
    },
    {
      name: 'accounts-changed-again',
      off: 'accounts that went back are a problem also once they were changed again',
      file: 'packages/member/src/accounts/went-back.ts',
      find: 'if (![...named].some(([address, then]) => isAsThen(known.of(address), then))) return [];',
      replace: 'if (named.size === 0) return [];',
      test: {
        file: 'packages/member/src/accounts/went-back.test.ts',
        title: 'are a problem until each of those that are named was changed again',
      },
    },
    {
      name: 'went-back-well',
      off: 'an authority that went back is well by its health',
      file: `${probe}.ts`,
      find: '.filter((member) => isAhead(member, inForce))',
      replace: '.filter((member) => !isAhead(member, inForce) && isAhead(member, inForce))',
      test: probed('is not well where two servers have newer lists, or the only one that says anything'),
    },
    {
      name: 'one-server-alone',
      off: 'one server that says what is not true has its authority called ill',
      file: `${probe}.ts`,
      find: ' || ahead.length < Math.min(enough, reporting.length)',
      replace: '',
      test: probed('is well where one of several servers says so: that is not proven'),
    },
  ],
};
