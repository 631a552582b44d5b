import type { MutationPatch, PatchList } from '../patch.ts';

const examine = 'packages/pki/src/rollover/examine-request.ts';
const verify = 'packages/pki/src/rollover/verify-answer.ts';
const decide = 'packages/pki/src/rollover/decide.ts';

const visit = (title: string): MutationPatch['test'] => ({
  file: 'packages/pki/test/root-visit.test.ts',
  title,
});
const life = (title: string): MutationPatch['test'] => ({
  file: 'packages/pki/src/rollover/rollover.test.ts',
  title,
});
const wait = 'packages/authority/src/hours-of-looks.ts';
const ahead = (title: string): MutationPatch['test'] => ({
  file: 'packages/authority/test/clock-ahead.test.ts',
  title,
});

const post = (title: string): MutationPatch['test'] => ({
  file: 'packages/authority/src/rollover/root-post.test.ts',
  title,
});

/** What stands between a file and the root, and between an answer and the authority. */
export const patches: PatchList = {
  name: 'rollover',
  list: [
    {
      name: 'warnings-after-a-clock-ahead',
      off: 'an authority that has warned by a clock that was ahead warns no more until that time comes',
      file: 'packages/authority/src/rollover/rollover.ts',
      find: 'if (passed >= 0 && passed < dayMs) return false;',
      replace: 'if (passed < dayMs) return false;',
      test: {
        file: 'packages/authority/test/clock-ahead.test.ts',
        title: 'warns again once its clock is right, though it has warned by the one that was ahead',
      },
    },
    {
      name: 'keys-last',
      off: 'a key that cannot be destroyed keeps every later issuing authority from taking over',
      file: decide,
      find: 'const active = activeOf(issuers);\n  // It was prepared',
      replace:
        "const stuck = issuers.find(({ number, stage }) => stage === 'retired' && keys.has(number));\n  if (stuck !== undefined) return { kind: 'destroy-key', number: stuck.number };\n  const active = activeOf(issuers);\n  // It was prepared",
      test: {
        file: 'packages/pki/src/rollover/rollover.test.ts',
        title:
          'lets the successor take over, and others retire, before it destroys a key that may not be destroyed',
      },
    },
    {
      name: 'list-of-the-future',
      off: 'a root that has signed a list with a clock ahead is not asked again',
      file: decide,
      find: ' || isOfTheFuture(list.thisUpdate, now);',
      replace: ';',
      test: life('asks again for a list of the future, and for what is due soon with it'),
    },
    {
      name: 'successor-of-the-future',
      off: 'an issuing authority that is not valid yet takes over',
      file: decide,
      find: ' &&\n      !isOfTheFuture(notBefore, now),',
      replace: ',',
      test: life(
        'asks for another successor in the place of one of the future, which takes over never before its time',
      ),
    },
    {
      name: 'active-of-the-future',
      off: 'an issuing authority that is not valid yet goes on issuing',
      file: decide,
      find: 'if (isUseless || revoked.has(active.number)',
      replace: 'if (revoked.has(active.number)',
      test: life('follows at once where the active one is of the future, and asks for one that is not'),
    },
    {
      name: 'asked-for-one-of-now',
      off: 'the root is not asked for an issuing authority that is valid',
      file: decide,
      find: 'const isUseless = revoked.has(number) || isOfTheFuture(active.notBefore, now);',
      replace: 'const isUseless = revoked.has(number);',
      test: life('follows at once where the active one is of the future, and asks for one that is not'),
    },
    {
      name: 'told-of-the-future',
      off: 'nobody learns that the list of the root is of the future',
      file: 'packages/pki/src/rollover/warnings.ts',
      find: 'if (isOfTheFuture(list.thisUpdate, now)) {',
      replace: 'if (name === null) {',
      test: life('come at once, and loud, for what was signed while a clock was ahead'),
    },
    {
      name: 'clock-said-right',
      off: 'a root signs with a clock of which nobody has said that it is right',
      file: examine,
      find: ' && !isClockRight) {',
      replace: ' && isClockRight) {',
      test: visit(
        'signs once more what it has signed with a clock ahead, where somebody says that the clock is right',
      ),
    },
    {
      name: 'other-root-of-the-future',
      off: 'a key beside the authority does not sign again what is of the future',
      file: 'packages/authority/src/rollover/root-post.ts',
      find: 'now: now(), isClockRight }',
      replace: 'now: now() }',
      test: ahead(
        'lets a root whose key is beside it sign that again by itself, once it has looked so for an hour',
      ),
    },
    {
      name: 'signed-by-a-clock-behind',
      off: 'an authority that wakes up with a clock of months ago lets the root sign by it',
      file: 'packages/authority/src/rollover/rollover.ts',
      find: 'this.#ask(number, waited.has(number)),',
      replace: 'this.#ask(number, waited.size >= 0),',
      test: ahead(
        'lets such a root sign nothing by a clock that is behind for less than that, at its start or while it runs',
      ),
    },
    {
      name: 'refused-by-a-clock-behind',
      off: 'an authority that wakes up with a clock of months ago logs that the answer of the root is refused, with a remedy for another machine',
      file: 'packages/authority/src/rollover/root-post.ts',
      find: "if (!isClockRight && isOfTheFuture(root.crl.thisUpdate, now())) return { kind: 'waiting' };",
      replace: '',
      test: ahead(
        'lets such a root sign nothing by a clock that is behind for less than that, at its start or while it runs',
      ),
    },
    {
      name: 'service-root-of-the-future',
      off: 'an authority for services does not sign again what is of the future',
      file: 'packages/pki/src/node/service/keep-issuing.ts',
      find: 'now, isClockRight }',
      replace: 'now }',
      test: {
        file: 'packages/pki/test/service-clock-ahead.test.ts',
        title:
          'what a clock that was ahead has let the root sign is signed again once somebody says that the clock is right',
      },
    },
    {
      name: 'service-clock-behind',
      off: 'a clock that is behind lets the root of an authority for services sign a list that is refused',
      file: 'packages/pki/src/node/service/keep-issuing.ts',
      find: 'now, isClockRight }',
      replace: 'now, isClockRight: isClockRight || true }',
      test: {
        file: 'packages/pki/test/service-clock-ahead.test.ts',
        title:
          'what a clock that was ahead has let the root sign is signed again once somebody says that the clock is right',
      },
    },
    {
      name: 'service-after-years',
      off: 'a program that has not run since its issuing authority ended has no identities at its first run, and the remedy is for another machine',
      file: 'packages/pki/src/node/service/keep-issuing.ts',
      find: '  await takeSteps(issuers, now);\n  return true;',
      replace: '  return true;',
      test: {
        file: 'packages/pki/test/service-after-years.test.ts',
        title:
          'a program that nobody has run since its issuing authority ended has identities at its first run',
      },
    },
    {
      name: 'asked-by-an-old-list',
      off: 'the only issuing authority is revoked without a successor, where an answer came while both were asked for',
      file: 'packages/authority/src/rollover/root-post.ts',
      find: 'const asked = certifies && before',
      replace: 'const asked = certifies && isOpen && before',
      test: post('keeps what the root should certify and revoke, where an earlier answer comes in between'),
    },
    {
      name: 'asked-meanwhile',
      off: 'a request that somebody writes while the authority judges an earlier one is gone',
      file: 'packages/authority/src/rollover/root-post.ts',
      find: 'if (!isTheSame(await folder.readBrought(file, maxRootDocumentLength), judged)) return false;',
      replace: 'void isTheSame(await folder.readBrought(file, maxRootDocumentLength), judged);',
      test: post(
        'stays where somebody has written it while another one was judged: nothing is removed or written in its place',
      ),
    },
    {
      name: 'asked-beside-an-answer',
      off: 'a request names a list that is not the last one any more when it reaches the root',
      file: 'packages/commands/src/root/root-request.ts',
      find: '!Buffer.from(answer.list).equals(crl.der))?.name',
      replace: 'Buffer.from(answer.list).equals(Buffer.of()))?.name',
      test: {
        file: 'packages/commands/src/commands/ca-root.test.ts',
        title:
          'request is refused while the authority has not put root-answer.json in force: the root would be asked by an old list',
      },
    },
    {
      name: 'asked-before-it-is-taken',
      off: 'a request is refused in the seconds in which a running authority takes the answer before',
      file: 'packages/commands/src/root/root-request.ts',
      find: 'look < looks && ',
      replace: 'look < 0 && ',
      test: {
        file: 'packages/commands/src/commands/ca-root.test.ts',
        title:
          'request waits for a running authority that is about to take the last answer, and then names the list of that',
      },
    },
    {
      name: 'asked-again-in-force',
      off: 'a request is refused because of an answer that is in force',
      file: 'packages/commands/src/root/root-request.ts',
      find: '!Buffer.from(answer.list).equals(crl.der))?.name',
      replace: 'answer.list.length > 0)?.name',
      test: {
        file: 'packages/commands/src/commands/ca-root.test.ts',
        title:
          'request is refused while the authority has not put root-answer.json in force: the root would be asked by an old list',
      },
    },
    {
      name: 'authority-key',
      off: 'the root certifies a weak key',
      file: examine,
      find: 'if (!isAuthorityKey(publicKey)) {',
      replace: 'if (publicKey === null) {',
      test: visit('refuses a key that is too weak, and its own'),
    },
    {
      name: 'authority-name',
      off: 'the root certifies any name',
      file: examine,
      find: 'if (subject.canonical !== expected.canonical) {',
      replace: 'if (subject === null) {',
      test: visit('refuses a name that differs, and a request that its key has not signed'),
    },
    {
      name: 'authority-rights',
      off: 'the root takes rights from the request',
      file: examine,
      find: 'if (asksForMore || !isPlain) {',
      replace: 'if (asksForMore && !isPlain && subject === null) {',
      test: visit('refuses a path length that differs, and any other right'),
    },
    {
      name: 'pending-key',
      off: 'an authority accepts a certificate for another key',
      file: verify,
      find: 'if (pending === undefined || !Buffer.from(certificate.publicKey.der).equals(pending.publicKey)) {',
      replace: 'if (pending === undefined) {',
      test: visit('refuses the answer of another root'),
    },
    {
      name: 'withdrawn',
      off: 'an authority accepts a list that takes a revocation back',
      file: verify,
      find: 'if (isListed(list, { serialNumber })) continue;',
      replace: 'if (serialNumber !== null) continue;',
      test: visit('refuses a list that takes a revocation back'),
    },
    {
      name: 'settled',
      off: 'a successor issues before members have its list',
      file: decide,
      find: 'const known = successor.preparedAt + settleMs;',
      replace: 'const known = successor.preparedAt;',
      test: life(
        'lets a successor take over at two thirds of the life, an hour after it was prepared at the earliest',
      ),
    },
    {
      name: 'retirements-wait',
      off: 'a clock that is ahead for a moment destroys the key of an issuing authority',
      file: decide,
      find: 'due.has(number) && (revoked.has(number) || (waited?.has(number) ?? true));',
      replace: 'due.has(number) || (revoked.has(number) && waited === undefined);',
      test: life('lets none retire because of the time that has not waited, and nothing else waits for that'),
    },
    {
      name: 'keys-wait-without-a-program',
      off: 'a program that starts with a clock that is ahead destroys the key of an issuing authority for services',
      file: decide,
      find: 'waited !== undefined || revoked.has(number) || now >= retiredAt + keyWaitMs,',
      replace: 'waited !== undefined || revoked.has(number) || now >= retiredAt + keyWaitMs - keyWaitMs,',
      test: life('keeps the key of one that retired without a wait for six hours, in the record'),
    },
    {
      name: 'retired-ahead',
      off: 'an issuing authority that a clock ahead has retired signs no list once the clock is right',
      file: decide,
      find: "if (early !== undefined && waited === undefined) return { kind: 'take-back', number: early.number };",
      replace: '',
      test: life('takes back what a clock that was ahead has retired, and keeps its key'),
    },
    {
      name: 'waited-at-start',
      off: 'an authority that starts with a clock that is ahead destroys the key of what has issued until now',
      file: 'packages/authority/src/rollover/rollover.ts',
      find: 'return { ...view, waited: this.#wait.look(retirementsDue(view, now), now) };',
      replace: 'return { ...view, waited: retirementsDue(view, now) };',
      test: ahead('destroys no key that is needed, at its start or while it runs'),
    },
    {
      name: 'waited-through',
      off: 'a retirement that was due for a moment counts as one that has waited since',
      file: wait,
      find: 'for (const one of this.#dueFor.keys()) if (!due.has(one)) this.#dueFor.delete(one);',
      replace: '',
      test: {
        file: 'packages/authority/src/hours-of-looks.test.ts',
        title: 'begins from the beginning where it was not due at one look',
      },
    },
    {
      name: 'waited-by-a-jump',
      off: 'a clock that jumps ahead a second time destroys a key',
      file: wait,
      find: 'Math.min(Math.max(now - (this.#lookedAt ?? now), 0), mostCountedMs)',
      replace: 'Math.max(now - (this.#lookedAt ?? now), 0 * mostCountedMs)',
      test: {
        file: 'packages/authority/src/hours-of-looks.test.ts',
        title: 'has not waited because a clock jumps ahead, however far, nor because it goes ahead and back',
      },
    },
    {
      name: 'last-end-of-a-jump',
      off: 'the end of the last certificate that a clock ahead has found stays, and a key is destroyed by it',
      file: 'packages/authority/src/rollover/rollover.ts',
      find: 'if (now < (this.#lastEnd.get(number)?.at ?? now)) this.#lastEnd.delete(number);',
      replace: '',
      test: ahead(
        'remembers no wrong end of the last certificate, and destroys the key six hours after that is due',
      ),
    },
    {
      name: 'waited-in-a-night',
      off: 'an authority that is restarted each night never lets one retire',
      file: wait,
      find: 'hoursOfLooksMs = 21_600_000;',
      replace: 'hoursOfLooksMs = 86_400_000;',
      test: ahead(
        'remembers no wrong end of the last certificate, and destroys the key six hours after that is due',
      ),
    },
    {
      name: 'wait-in-the-forecast',
      off: 'an authority says that a key is destroyed now that waits for hours',
      file: 'packages/authority/src/rollover/rollover.ts',
      find: 'Math.max(now, retirementTime(record, view) ?? record.notAfter) + wait;',
      replace: 'Math.max(now, (retirementTime(record, view) ?? record.notAfter) + wait);',
      test: ahead(
        'remembers no wrong end of the last certificate, and destroys the key six hours after that is due',
      ),
    },
    {
      name: 'own-certificate-at-start',
      off: 'an authority starts with a certificate whose issuing authority is on the list of the root',
      file: 'packages/authority/src/create-authority.ts',
      find: 'await own.begin(authority.rollover.whyRenew(own.identity.current.leaf));',
      replace: 'await own.begin();',
      test: {
        file: 'packages/authority/test/revoked-issuer.test.ts',
        title: 'presents another certificate from its start on',
      },
    },
    {
      name: 'taken-back-unread',
      off: 'a wrong clock brings back an issuing authority whose key is damaged, and nothing opens any more',
      file: 'packages/pki/src/node/issuer-store.ts',
      find: "if (step.kind === 'take-back') await signerIn(this.#folder, issuerFiles(step.number).key);",
      replace: '',
      test: {
        file: 'packages/pki/test/issuer-store.test.ts',
        title: 'are taken back only where their key can be read, and as long as it cannot, all others go on',
      },
    },
  ],
};
