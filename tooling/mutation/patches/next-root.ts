import type { MutationPatch, PatchList } from '../patch.ts';

const verify = 'packages/pki/src/rollover/verify-next-root.ts';
const decide = 'packages/pki/src/rollover/decide.ts';
const roots = 'packages/authority/src/roots/';

const next = (title: string): MutationPatch['test'] => ({
  file: 'packages/pki/test/next-root.test.ts',
  title,
});
const life = (title: string): MutationPatch['test'] => ({
  file: 'packages/pki/src/rollover/rollover.test.ts',
  title,
});
const steps = (title: string): MutationPatch['test'] => ({
  file: 'packages/authority/test/root-rollover.test.ts',
  title,
  inOrder: true,
});

/** What stands between one root and the next. */
export const patches: PatchList = {
  name: 'next-root',
  list: [
    {
      name: 'name',
      off: 'an authority accepts a next root of any name',
      file: verify,
      find: 'if (certificate.subject.canonical !== expected.canonical) {',
      replace: 'if (certificate === null) {',
      test: next('refuses another name or number than the one after those that are recorded'),
    },
    {
      name: 'own-key',
      off: 'a next root may have the key of the present one',
      file: verify,
      find: "if (hasKey) return 'it has the key of another root';",
      replace: '',
      test: next(
        'refuses a next root with a changed signature, the key of the present one, or an end that has passed',
      ),
    },
    {
      name: 'cross-of-another',
      off: 'the certificate by the present root may be for another key',
      file: verify,
      find: 'if (!isOfNext || !isByRoot)',
      replace: 'if (!isByRoot)',
      test: next(
        'refuses a certificate of the next root that the present one has not signed, or signed for another key or address',
      ),
    },
    {
      name: 'cross-unsigned',
      off: 'the signature of the present root is not verified',
      file: verify,
      find: 'if (!isOfNext || !isByRoot)',
      replace: 'if (!isOfNext)',
      test: next(
        'refuses a certificate of the next root that the present one has not signed, or signed for another key or address',
      ),
    },
    {
      name: 'cross-missing',
      off: 'a next root is accepted that the present one has not certified',
      file: verify,
      find: 'if (nextRoot.cross === undefined && mayCrossCertify(root)) {',
      replace: 'if (nextRoot.cross === null) {',
      test: next(
        'refuses a certificate of the next root that the present one has not signed, or signed for another key or address',
      ),
    },
    {
      name: 'cross-path-length',
      off: 'a root certifies the next one although relying parties would not count so far',
      file: 'packages/pki/src/ceremony/new-root.ts',
      find: 'return (basicConstraints?.pathLength ?? rootPathLength) > crossPathLength;',
      replace: 'return basicConstraints !== undefined;',
      test: next(
        'is not certified by a root that allows one authority below it, and is accepted without that',
      ),
    },
    {
      name: 'tainted-issuer',
      off: 'an issuing authority below a tainted root takes over',
      file: decide,
      find: '\n      !withdrawn.has(number) &&',
      replace: '',
      test: life(
        'follows at once where nothing may be issued below the root of the active one, and never back',
      ),
    },
    {
      name: 'issued-below',
      off: 'an authority issues below a tainted root',
      file: `${roots}may-issue-below.ts`,
      find: 'if (!roots.standing.withdrawn.has(root)) return others(request, requester);',
      replace: 'if (root > 0) return others(request, requester);',
      test: {
        file: 'packages/authority/test/may-issue-below.test.ts',
        title: 'issues nothing below a root that is tainted or not believed',
      },
    },
    {
      name: 'unlisted',
      off: 'a root that no administrator has listed is believed',
      file: `${roots}domain-roots.ts`,
      find: 'const first = stored.slice(0, 1).map(({ certificate }) => certificate);',
      replace: 'const first = stored.map(({ certificate }) => certificate);',
      test: steps('records the next root, which nobody believes before the topology lists it'),
    },
    {
      name: 'retired-lists',
      off: 'a trust state names the lists of a retired root',
      file: `${roots}domain-roots.ts`,
      find: 'return this.#options.store.roots.all.filter((root) => this.isBelieved(root.number));',
      replace: 'return this.#options.store.roots.all;',
      test: steps('believes the first root no more once it is retired'),
    },
    {
      name: 'nothing-left',
      off: 'a topology is published below whose roots nothing can be issued',
      file: `${roots}refuse-roots.ts`,
      find: 'if (!goesOn) {',
      replace: 'if (goesOn === null) {',
      test: steps('refuses a topology that lists no root below which anything could be issued'),
    },
    {
      name: 'root-brought-just-now',
      off: 'a topology that lists the root that was brought a moment ago is refused for a minute',
      file: `${roots}refuse-roots.ts`,
      find: 'if (unrecorded(next, inForce, store).length > 0) await options.collect();',
      replace: '',
      test: steps(
        'goes to a third root in the same way, if servers are left behind with the word of the administrators',
      ),
    },
    {
      name: 'second-answer',
      off: 'a request that was answered twice brings nothing the second time',
      file: 'packages/pki/src/rollover/verify-answer.ts',
      find: 'return isRecorded && isSignedBy(certificate, root) ? certificate : undefined;',
      replace: 'return isRecorded && certificate.notAfter === 0 ? certificate : undefined;',
      test: {
        file: 'packages/pki/test/root-visit.test.ts',
        title:
          'keeps its first certificate where the request was answered twice, and takes the rest of the second answer',
      },
    },
    {
      name: 'root-of-anybody',
      off: 'a topology lists a root that the present one has not brought to the authority',
      file: `${roots}refuse-roots.ts`,
      find: '.filter(({ certificate }) => !known.has(spkiHash(certificate)))',
      replace: '.filter(({ certificate }) => certificate.length === 0)',
      test: steps(
        'refuses a topology that lists a root of which it has no record, also with every signature',
      ),
    },
    {
      name: 'administrators-left-behind',
      off: 'a root is retired to which alone the certificate of an administrator leads',
      file: 'packages/authority/src/roots/refuse-roots.ts',
      find: 'const out = dependentOn(ledTo.administrators, administrators, unbelieved);',
      replace:
        'const out = dependentOn(ledTo.administrators, administrators.slice(administrators.length), unbelieved);',
      test: steps(
        'refuses to retire the first root while an administrator has no certificate below the next, and names them',
      ),
    },
    {
      name: 'left-behind',
      off: 'a root is retired although members have nothing else',
      file: `${roots}refuse-roots.ts`,
      find: 'const left = dependentOn(ledTo.servers, members, unbelieved);',
      replace: 'const left = dependentOn(ledTo.servers, members.slice(members.length), unbelieved);',
      test: steps('refuses to retire the first root while members have nothing else, and names them'),
    },
    {
      name: 'unreachable',
      off: 'a member that was off throughout does not reach the authority',
      file: `${roots}domain-roots.ts`,
      find: 'return isOwn || (above !== undefined && this.isBelieved(above.number)) ? root : undefined;',
      replace: 'return above !== undefined && this.isBelieved(above.number) ? root : undefined;',
      test: steps('is reached by a member that was off all the time, and that member may renew'),
    },
    {
      name: 'wrong-pin',
      off: 'join tokens name a root by which the authority is not reached',
      file: `${roots}domain-roots.ts`,
      find: 'return roots.all[active.root - 1] as StoredRoot;',
      replace: 'return roots.all[active.root - active.root] as StoredRoot;',
      test: steps(
        'gives the authority itself a certificate by which new members reach it with the next root',
      ),
    },
    {
      name: 'state-key',
      off: 'the key of the trust states stays below the root before',
      file: 'packages/authority/src/open-domain-authority.ts',
      find: '|| roots.isLeft(recorded.issuer)',
      replace: '',
      test: steps(
        'gives the authority itself a certificate by which new members reach it with the next root',
      ),
    },
    {
      name: 'asked-once-more',
      off: 'a second issuing authority is prepared, because the request for the first has not been removed yet',
      file: 'packages/commands/src/root/root-request.ts',
      find: 'before?.issuing !== undefined && before.issuing.number > store.records.length',
      replace: 'before?.issuing !== undefined',
      test: {
        file: 'packages/commands/src/commands/ca-root.test.ts',
        title:
          'request does not ask once more for what the root has certified, while the authority still has to remove the last one',
      },
    },
  ],
};
