import type { PatchList } from '../patch.ts';

/** What a member believes, and for how long. */
export const patches: PatchList = {
  name: 'member',
  list: [
    {
      name: 'forged-list',
      off: 'a member takes a revocation list that its authority has not signed',
      file: 'packages/member/src/follow/revocation-lists.ts',
      find: '(issuer) => issuer.subject.canonical === list.issuer.canonical && isSignedBy(list, issuer),',
      replace: '(issuer) => issuer.subject.canonical === list.issuer.canonical,',
      test: {
        file: 'packages/member/test/revocation-lists.test.ts',
        title: 'let nothing in that our authority has not signed, whatever number it carries',
      },
    },
    {
      name: 'played-back-list',
      off: 'an old revocation list that is played back replaces the newer one',
      file: 'packages/member/src/follow/revocation-lists.ts',
      find: 'if (known === undefined || (list.crlNumber ?? 0n) > (known.crlNumber ?? 0n))',
      replace: 'if (known === undefined || list !== known)',
      test: {
        file: 'packages/member/test/revocation-lists.test.ts',
        title: 'never go back to an older number',
      },
    },
    {
      name: 'delta-for-a-list',
      off: 'a delta that our authority has signed takes the place of its whole revocation list',
      file: 'packages/member/src/follow/revocation-lists.ts',
      find: "if (list.baseCrlNumber !== undefined) return 'is a delta, not a whole list';",
      replace: '',
      test: {
        file: 'packages/member/test/revocation-lists.test.ts',
        title: 'never give way to a delta, which says less',
      },
    },
    {
      name: 'list-of-others',
      off: 'a revocation list that covers other certificates takes a place that it was not asked at',
      file: 'packages/member/src/follow/revocation-lists.ts',
      find: "return covers ? undefined : 'covers other certificates than those that name this place';",
      replace: 'return covers ? undefined : undefined;',
      test: {
        file: 'packages/member/test/revocation-lists.test.ts',
        title:
          'never give way to one that covers other certificates: it must name the place where it was fetched',
      },
    },
    {
      name: 'revocation-policy',
      off: 'what the signed topology demands of revocation below our own roots is not heeded',
      file: 'packages/member/src/join/join-domain.ts',
      find: 'anchors.set(enterpriseAnchors(roots(), next));',
      replace: 'anchors.set(enterpriseAnchors(roots()));',
      test: {
        file: 'packages/member/test/follow.test.ts',
        title: 'judges by what the topology in force says of revocation',
        inOrder: true,
      },
    },
    {
      name: 'confirmation',
      off: 'a member that is cut off believes its last topology for ever',
      file: 'packages/member/src/join/member.ts',
      find: 'decide = authorise(current, local, confirmation) as Authorise;',
      replace: 'decide = authorise(current, local) as Authorise;',
      test: {
        file: 'packages/member/test/follow.test.ts',
        title: 'believes nobody when the authority has not confirmed the topology for too long, until it has',
        inOrder: true,
      },
    },
    {
      name: 'confirmation-of-partners',
      off: 'partners are believed by a topology that nobody has confirmed for weeks',
      file: 'packages/member/src/join/member.ts',
      find: 'return rejection === undefined ? allow(peer, link) : { ok: false, rejection };',
      replace: 'return rejection === null ? { ok: false, rejection } : allow(peer, link);',
      test: {
        file: 'packages/member/test/follow.test.ts',
        title: 'believes nobody when the authority has not confirmed the topology for too long, until it has',
        inOrder: true,
      },
    },
    {
      name: 'signed-time',
      off: 'a member whose clock was set back believes what has expired',
      file: 'packages/member/src/join/join-domain.ts',
      find: 'latestSigned: () => lastKnown.latestSigned,',
      replace: 'latestSigned: () => undefined,',
      test: {
        file: 'packages/member/test/follow.test.ts',
        title: 'believes nobody while its clock is behind a time that the authority has signed',
        inOrder: true,
      },
    },
    {
      name: 'trust-version',
      off: 'a change of trust while a connection is judged goes unnoticed, so the connection stands on what is over',
      file: 'packages/tls/src/',
      find: 'version: () => String(changes),',
      replace: "version: () => '0',",
      test: {
        file: 'packages/tls/test/trust-version.test.ts',
        title:
          'changes with each change of its anchors, also where only what is imposed on an anchor differs',
      },
    },
  ],
};
