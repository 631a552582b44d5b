import type { PatchList } from '../patch.ts';

/** What a member believes, and for how long. */
export const patches: PatchList = {
  name: 'member',
  list: [
    {
      name: 'pages-in-one-go',
      off: 'what of the accounts came while another write was under way is not in their file',
      file: 'packages/member/src/accounts/accounts-file.ts',
      find: '{before}',
      replace: "{''}",
      test: {
        file: 'packages/member/test/accounts-file.test.ts',
        title: 'has what came meanwhile added in one go, in its order',
      },
    },
    {
      name: 'versions-in-between',
      off: 'a member that was away stays out where a version that it has missed would be refused today',
      file: 'packages/member/src/follow/verify-through.ts',
      find: 'stored: true,',
      replace: '',
      test: {
        file: 'packages/member/test/verify-through.test.ts',
        title:
          'is verified through a version that this release would refuse, but not taken itself where it is one',
      },
    },
    {
      name: 'revoked-outside',
      off: 'a member that was revoked says that it is ready, because its authority gives it no list',
      file: 'packages/member/src/follow/own-certificate-watch.ts',
      find: ' ?? this.#seenOutside(leaf)?.problem',
      replace: '',
      test: {
        file: 'packages/member/test/authority-failure.test.ts',
        title:
          'says so where the authority refuses it, from the list that is published for outsiders, which is never in force',
      },
    },
    {
      name: 'revoked-outside-at-once',
      off: 'a member that was revoked says for a minute that it is ready: until its next refresh, though its authority has closed its stream',
      file: 'packages/member/src/follow/follow-events.ts',
      find: "    if (event === 'authority-refused-us') await options.onRefused();\n",
      replace: '',
      test: {
        file: 'packages/member/test/authority-failure.test.ts',
        title: 'says so at once where the authority refuses its stream of events',
      },
    },
    {
      name: 'revoked-by-an-old-list',
      off: 'an old list that somebody plays back on plain HTTP takes a server out of service',
      file: 'packages/member/src/follow/own-certificate-watch.ts',
      find: 'return isOvertaken ? undefined : seen;',
      replace: 'return seen;',
      test: {
        file: 'packages/member/test/authority-failure.test.ts',
        title: 'believes no such list that is older than the one in force: somebody plays it back',
      },
    },
    {
      name: 'revoked-by-a-retired-authority',
      off: 'the key of an authority whose root was retired takes a server out of service',
      file: 'packages/member/src/follow/own-certificate-watch.ts',
      find: 'if (found.some((issuer) => isSignedBy(one, issuer))) found.push(one);',
      replace: 'found.push(one);',
      test: {
        file: 'packages/member/test/authority-failure.test.ts',
        title: 'believes no list of an authority of its own chain that leads to no root in force',
      },
    },
    {
      name: 'released-outside',
      off: 'a server that was released from hold stays out of service until its authority reaches it',
      file: 'packages/member/src/follow/own-certificate-watch.ts',
      find: "else if (known?.problem.fields.reason === 'certificateHold') this.#outside = undefined;",
      replace: '',
      test: {
        file: 'packages/member/test/authority-failure.test.ts',
        title: 'is so no longer once a newer list has released it from hold',
      },
    },
    {
      name: 'revoked-for-ever',
      off: 'a newer list that lacks a revocation brings a revoked server back into service',
      file: 'packages/member/src/follow/own-certificate-watch.ts',
      find: "else if (known?.problem.fields.reason === 'certificateHold')",
      replace: 'else',
      test: {
        file: 'packages/member/test/authority-failure.test.ts',
        title: 'stays so whatever newer list is published, and until it has another certificate',
      },
    },
    {
      name: 'certificate-of-the-future',
      off: 'a certificate that nobody accepts yet replaces one that is good',
      file: 'packages/member/src/credential/renewed-credential.ts',
      find: 'this.#refuseFuture(pair);',
      replace: '',
      test: {
        file: 'packages/member/test/renewed-credential.test.ts',
        title:
          'stays where the authority, whose clock is ahead, gives one that nobody accepts yet; that one is taken once it is valid',
      },
    },
    {
      name: 'forged-list',
      off: 'a member takes a revocation list that its authority has not signed',
      file: 'packages/member/src/follow/accept-lists.ts',
      find: '(named === undefined || issuerId(issuer.publicKey.der) === named.issuer) &&\n      isSignedBy(list, issuer),',
      replace: '(named === undefined || issuerId(issuer.publicKey.der) === named.issuer),',
      test: {
        file: 'packages/member/test/revocation-lists.test.ts',
        title: 'let nothing in that our authority has not signed, whatever number it carries',
      },
    },
    {
      name: 'played-back-list',
      off: 'an old revocation list that is played back replaces the newer one',
      file: 'packages/member/src/follow/accept-lists.ts',
      find: 'if (number < before)',
      replace: 'if (number < before) return undefined;\n  if (number < 0n)',
      test: {
        file: 'packages/member/test/revocation-lists.test.ts',
        title: 'never go back among those that an earlier run has written',
      },
    },
    {
      name: 'delta-for-a-list',
      off: 'a delta that our authority has signed takes the place of its whole revocation list',
      file: 'packages/member/src/follow/accept-lists.ts',
      find: "if (list.baseCrlNumber !== undefined) return { reason: 'delta', problem: 'is a delta, not a whole list' };",
      replace: '',
      test: {
        file: 'packages/member/test/revocation-lists.test.ts',
        title: 'never give way to a delta, which says less',
      },
    },
    {
      name: 'list-of-others',
      off: 'a revocation list that covers other certificates takes a place that it was not asked at',
      file: 'packages/member/src/follow/accept-lists.ts',
      find: 'if (covers(list, named)) return undefined;',
      replace: 'if (list !== undefined) return undefined;',
      test: {
        file: 'packages/member/test/revocation-lists.test.ts',
        title:
          'never give way to one that covers other certificates: it must name the place that the state names',
      },
    },
    {
      name: 'revocation-policy',
      off: 'what the signed topology demands of revocation below our own roots is not heeded',
      file: 'packages/member/src/state/domain-state.ts',
      find: 'this.#anchors = enterpriseAnchors(this.#roots, news.topology);',
      replace: 'this.#anchors = enterpriseAnchors(this.#roots);',
      test: {
        file: 'packages/member/test/follow.test.ts',
        title: 'judges by what the topology in force says of revocation',
        inOrder: true,
      },
    },
    {
      name: 'confirmation',
      off: 'a member that is cut off believes its last topology for ever',
      file: 'packages/member/src/state/authorisation.ts',
      find: 'decide = authorise(topology, local, confirmation);',
      replace: 'decide = authorise(topology, local);',
      test: {
        file: 'packages/member/test/follow.test.ts',
        title: 'believes nobody when the authority has not confirmed the topology for too long, until it has',
        inOrder: true,
      },
    },
    {
      name: 'confirmation-of-partners',
      off: 'partners are believed by a topology that nobody has confirmed for weeks',
      file: 'packages/member/src/state/authorisation.ts',
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
      file: 'packages/member/src/state/domain-trust.ts',
      find: 'latestSigned: () => state.latestSigned,',
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
    {
      name: 'one-event',
      off: 'a change of the topology is announced twice, so every open connection is judged twice',
      file: 'packages/member/src/state/domain-trust.ts',
      find: "({ what }) => what === 'lists',",
      replace: "({ what }) => what !== 'standing',",
      test: {
        file: 'packages/member/test/domain-state.test.ts',
        title:
          'tells every listener of each change once and in order, and each is a change of the trust with another version',
      },
    },
    {
      name: 'stale-by-time',
      off: 'open connections stay when the topology has not been confirmed for too long',
      file: 'packages/member/src/state/domain-state.ts',
      find: "this.#cancel = this.#clock.after(waitMs, () => this.#enter('time'));",
      replace: '',
      test: {
        file: 'packages/member/test/domain-state.test.ts',
        title: 'is stale after the time that the topology sets, and no longer when it is confirmed again',
      },
    },
    {
      name: 'confirmation-of-another',
      off: 'a topology that could not be written is confirmed on disk, so a restart believes the one before it as if it were new',
      file: 'packages/member/src/follow/kept-state.ts',
      find: 'if (this.#topology === undefined) this.#confirmedOnDisk',
      replace: 'this.#confirmedOnDisk',
      test: {
        file: 'packages/member/test/hostile-authority.test.ts',
        title:
          'has a new topology in force where it cannot be written, and leaves the disk with the confirmation of the old one',
      },
    },
    {
      name: 'end-of-follower',
      off: 'an answer that arrives after the end of a member is accepted and written to the directory of the next run',
      file: 'packages/member/src/follow/trust-states.ts',
      find: '    if (signal.aborted) return false;\n',
      replace: '',
      test: {
        file: 'packages/member/test/hostile-authority.test.ts',
        title: 'takes nothing up and writes nothing once it has come to its end',
      },
    },
    {
      name: 'endless-refusal',
      off: 'an event stream that is answered with an error and never ends stays open, one more with each attempt',
      file: 'packages/member/src/authority/event-stream.ts',
      find: 'incoming.destroy();',
      replace: 'incoming.resume();',
      test: {
        file: 'packages/member/test/hostile-authority.test.ts',
        title: 'closes a stream that answers with an error and does not end',
      },
    },
    {
      name: 'end-while-opening',
      off: 'a member that comes to its end while its external interface is opened requests another certificate afterwards',
      file: 'packages/member/src/credential/renewed-credential.ts',
      find: 'await this.#options.asking?.newerThan(leaf.notBefore);\n      if (this.#closed) return;',
      replace: 'await this.#options.asking?.newerThan(leaf.notBefore);',
      test: {
        file: 'packages/member/test/member-end.test.ts',
        title:
          'has its external interface end with it, also where that one is being opened with a certificate that does not fit the topology',
      },
    },
    {
      name: 'open-after-the-end',
      off: 'a member that has ended opens its external interface, which renews itself for ever',
      file: 'packages/member/src/join/joined-member.ts',
      find: 'if (this.#closed) throw closed(this.fqdn);',
      replace: '',
      test: {
        file: 'packages/member/test/member-end.test.ts',
        title: 'opens no external interface afterwards, of which nobody would dispose',
      },
    },
    {
      name: 'unwritten-unnoted',
      off: 'a member whose disk is full is healthy',
      file: 'packages/member/src/files/member-files.ts',
      find: 'if (keptForRestart.has(name)) this.#unwritten.set(',
      replace: "if (name === 'roots') this.#unwritten.set(",
      test: {
        file: 'packages/member/test/unwritten-files.test.ts',
        title: 'is in its health where something could not be added',
      },
    },
    {
      name: 'unwritten-for-good',
      off: 'a member whose disk has space again is never healthy',
      file: 'packages/member/src/files/member-files.ts',
      find: 'this.#unwritten.delete(name);',
      replace: '',
      test: {
        file: 'packages/member/test/unwritten-files.test.ts',
        title: 'is in its health where something could not be added',
      },
    },
    {
      name: 'unwritten-lists',
      off: 'revocation lists that came while the disk was full are not written until the next ones',
      file: 'packages/member/src/follow/revocation-lists.ts',
      find: '      this.#isUnwritten = true;\n      ',
      replace: '      ',
      test: {
        file: 'packages/member/test/revocation-lists.test.ts',
        title: 'are written with the next state where the disk was full as they came in force',
      },
    },
    {
      name: 'silent-alarm',
      off: 'a member that no authority has confirmed for longer than the topology says reports it nowhere',
      file: 'packages/member/src/follow/domain-follower.ts',
      find: 'if (!this.#stop.signal.aborted) this.#alarm.check();',
      replace: '',
      test: {
        file: 'packages/member/test/confirmation-alarm.test.ts',
        title: 'begins and ends with what the authority answers to a member that follows it',
      },
    },
    {
      name: 'lasting-alarm',
      off: 'a member that reported an unconfirmed topology never reports that the authority has answered again',
      file: 'packages/member/src/follow/domain-follower.ts',
      find: 'state.takeUp({ topology: state.topology, confirmedAt });\n      this.#alarm.check();',
      replace: 'state.takeUp({ topology: state.topology, confirmedAt });',
      test: {
        file: 'packages/member/test/confirmation-alarm.test.ts',
        title: 'begins and ends with what the authority answers to a member that follows it',
      },
    },
    {
      name: 'renewal-by-the-clock',
      off: 'a renewal does not notice that the clock was set',
      file: 'packages/member/src/credential/renewed-credential.ts',
      find: 'clock.after(Math.min(left, lookMs), () => this.#wait(leftMs));',
      replace: 'clock.after(Math.max(left, lookMs), () => this.#wait(leftMs));',
      test: {
        file: 'packages/member/test/renewed-credential.test.ts',
        title: 'is renewed when its time has come although the clock was set meanwhile, or the machine slept',
      },
    },
    {
      name: 'folder-without-token',
      off: 'a server that can never join leaves an empty folder behind',
      file: 'packages/member/src/join/join-domain.ts',
      find: 'if (options.token === undefined) await checkMembership(options.directory, undefined, options.fqdn);',
      replace: '',
      test: {
        file: 'packages/member/src/join/check-membership.test.ts',
        title: 'leaves no folder behind when it starts',
      },
    },
    {
      name: 'membership-unchecked',
      off: 'a configuration of a server that has neither joined nor a token is valid',
      file: 'packages/member/src/join/check-membership.ts',
      find: "(error: NodeJS.ErrnoException) => error.code !== 'ENOENT',",
      replace: "(error: NodeJS.ErrnoException) => error.code === 'ENOENT',",
      test: {
        file: 'packages/member/src/join/check-membership.test.ts',
        title: 'is refused before it starts, and once it has joined needs no token',
      },
    },
  ],
};
