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

/** What stands between a file and the root, and between an answer and the authority. */
export const patches: PatchList = {
  name: 'rollover',
  list: [
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
