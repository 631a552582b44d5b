import type { MutationPatch, PatchList } from '../patch.ts';

const misuse = (title: string): MutationPatch['test'] => ({
  file: 'packages/trust/test/misuse.test.ts',
  title,
});

/** Arguments of a judge that are not what the types say. */
export const patches: PatchList = {
  name: 'trust-arguments',
  list: [
    {
      name: 'time-that-is-none',
      off: 'at a time that is not a number an expired certificate is valid',
      file: 'packages/trust/src/judge/check-question.ts',
      find: 'if (!Number.isFinite(now)) throw',
      replace: "if (typeof now === 'symbol') throw",
      test: misuse('with the time NaN gets no verdict'),
    },
    {
      name: 'misspelt-purpose',
      off: 'a misspelt purpose asks for another extended key usage, or none',
      file: 'packages/trust/src/judge/check-question.ts',
      find: "if (purpose !== 'server' && purpose !== 'client')",
      replace: "if (typeof purpose === 'symbol')",
      test: misuse('about a link whose purpose is Server gets no verdict'),
    },
    {
      name: 'misspelt-direction',
      off: 'a misspelt direction is taken for outbound',
      file: 'packages/trust/src/judge/check-question.ts',
      find: "if (direction !== 'inbound' && direction !== 'outbound')",
      replace: "if (typeof direction === 'symbol')",
      test: misuse('about a link whose direction is in gets no verdict'),
    },
    {
      name: 'answer-that-is-none',
      off: 'authorise admits with any answer',
      file: 'packages/trust/src/judge/check-question.ts',
      find: '    if (answer.ok === true) return answer;\n',
      replace: '    if (answer.ok) return answer;\n',
      test: misuse("whose authorise answers { ok: 'no' } admits nobody"),
    },
    {
      name: 'unchecked-question',
      off: 'a question is answered whatever its parts are',
      file: 'packages/trust/src/judge/verdict-maker.ts',
      find: '    checkQuestion(presented, question);\n',
      replace: '',
      test: misuse('with another question.dane than there is gets no verdict'),
    },
    {
      name: 'unknown-option',
      off: 'a misspelt option of a judge is overlooked',
      file: 'packages/trust/src/judge/check-judge-options.ts',
      find: '(name) => !Object.hasOwn(rules, name)',
      replace: '(name) => name === undefined',
      test: misuse('is not made where createJudge is of another kind'),
    },
    {
      name: 'unchecked-profile',
      off: 'a profile without a setting leaves its check out',
      file: 'packages/trust/src/judge/check-judge-options.ts',
      find: '  if (options.policy !== undefined) checkPolicy(options.policy);\n',
      replace: '',
      test: misuse('is not made where policy.leafKeyUsage is misspelt, missing or no number'),
    },
    {
      name: 'anchors-that-are-none',
      off: 'anchors of another kind end in an error without code and remedy',
      file: 'packages/trust/src/judge/known-issuers.ts',
      find: 'if (anchors === this.#anchors && anchors !== undefined) return false;',
      replace: 'if (anchors === this.#anchors) return false;',
      test: misuse('refuses anchors that come later and are none'),
    },
    {
      name: 'status-at-no-time',
      off: 'the status of a certificate is given at a time that is not a number',
      file: 'packages/trust/src/judge/certificate-status.ts',
      find: '  checkNow(now);\n',
      replace: '',
      test: misuse('about the revocation of one certificate needs a time and a freshness'),
    },
    {
      name: 'allow-list-of-letters',
      off: 'a text in the place of an allow list is taken letter by letter',
      file: 'packages/trust/src/identity/allow-names.ts',
      find: 'if (!isTexts(names)) throw',
      replace: 'if (names === undefined) throw',
      test: misuse("is not made of 'fe1.contoso.example'"),
    },
    {
      name: 'store-options',
      off: 'anchors are read without the limit whose option is misspelt',
      file: 'packages/trust/src/node/anchors-from.ts',
      find: "  checkOptions(options, { ...anchorRules, ...followRules }, 'anchorsFrom');\n",
      replace: '',
      test: {
        file: 'packages/trust/test/given-arguments.test.ts',
        title: 'is not opened where an option is misspelt: a limit would limit nothing',
      },
    },
    {
      name: 'yes-that-is-a-text',
      off: 'a text in which an anchor is said to have no such right gives it the right',
      file: 'packages/trust/src/judge/check-anchors.ts',
      find: "serverAuthSuffices !== undefined && typeof serverAuthSuffices !== 'boolean'",
      replace: "typeof serverAuthSuffices === 'symbol'",
      test: {
        file: 'packages/trust/test/given-arguments.test.ts',
        title: 'has no yes or no that is a text',
      },
    },
    {
      name: 'limits-of-a-store',
      off: 'a store opens with limits of its anchors that limit nothing',
      file: 'packages/trust/src/node/anchors-from.ts',
      find: '  checkSettings({ ...options, name: placeOf(location) });\n',
      replace: '',
      test: {
        file: 'packages/trust/test/given-arguments.test.ts',
        title: 'is not opened with limits or a revocation policy that there are not, before a judge has it',
      },
    },
    {
      name: 'options-of-a-fetcher',
      off: 'a misspelt bound on what is fetched bounds nothing',
      file: 'packages/trust/src/node/fetch/revocation-fetcher.ts',
      find: "  checkFetcher(options, 'createRevocationFetcher', ['hosts']);\n",
      replace: '',
      test: {
        file: 'packages/trust/test/given-arguments.test.ts',
        title: 'is not made where an option is misspelt or of another kind',
      },
    },
  ],
};
