import type { PatchList } from '../patch.ts';

const knowledge = 'packages/topology/test/given-knowledge.test.ts';

/** What a misspelt name, or a value of another kind, would turn off without a word. */
export const patches: PatchList = {
  name: 'misspelt-options',
  list: [
    {
      name: 'newest-version',
      off: 'with a misspelt name of the newest version an older one is accepted',
      file: 'packages/topology/src/signing/check-knowledge.ts',
      find: '  checkNames(knowledge, names,',
      replace: '  checkNames({}, names,',
      test: {
        file: knowledge,
        title: "where what is newest is not said as it is read: { lastest: { version: 9, hash: 'ab' } }",
      },
    },
    {
      name: 'last-trust-state',
      off: 'with a misspelt name of the last trust state an earlier one is accepted',
      file: 'packages/topology/src/trust-state/check-trust-state-knowledge.ts',
      find: '  checkNames(knowledge, names,',
      replace: '  checkNames({}, names,',
      test: {
        file: knowledge,
        title: 'where what was accepted before is not said as it is read: a misspelt last',
      },
    },
    {
      name: 'state-without-an-end',
      off: 'a trust state without a time never expires',
      file: 'packages/topology/src/trust-state/check-trust-state-knowledge.ts',
      find: 'isText(time) && !Number.isNaN(Date.parse(time))',
      replace: "typeof time !== 'symbol'",
      test: { file: knowledge, title: 'that is none: { expires: undefined }' },
    },
    {
      name: 'options-of-a-member',
      off: 'a server with a misspelt option joins without it',
      file: 'packages/member/src/join/check-member-options.ts',
      find: '  if (unknown !== undefined)',
      replace: "  if (unknown === '')",
      test: {
        file: 'packages/member/src/join/check-member-options.test.ts',
        title: 'a server does not join with options that are misspelt',
      },
    },
    {
      name: 'calls-without-a-bound',
      off: 'a bound on emergency calls that is undefined bounds nothing',
      file: 'packages/sip-relay/src/admission/emergency-allowance.ts',
      find: "...checkedBounds(rules, Object.keys(defaultEmergencyRules), 'EmergencyAllowance')",
      replace: '...rules',
      test: {
        file: 'packages/sip-relay/src/admission/allowance-bounds.test.ts',
        title: 'are the default ones where they are undefined: nothing turns them off',
      },
    },
    {
      name: 'token-that-is-not-spent',
      off: 'with a misspelt name of what spends a token it is good for any number of certificates',
      file: 'packages/pki/src/issuing/issuance.ts',
      find: '      checkApplication(application);',
      replace: '',
      test: {
        file: 'packages/pki/test/issuance.test.ts',
        title: 'is refused, and nothing is signed, where it has a misspelt spend',
      },
    },
    {
      name: 'ledger-of-a-folder',
      off: 'with a misspelt name of what looks at the ledger a damaged one passes',
      file: 'packages/pki/src/node/check-authority-folder.ts',
      find: "  checkOptions(options, [], ['checkLedger', 'mayAccess'], 'checkAuthorityFolder');",
      replace: '',
      test: {
        file: 'packages/pki/test/given-options.test.ts',
        title: 'is refused where it is misspelt: what looks at the ledger of a folder',
      },
    },
    {
      name: 'records-of-a-question',
      off: 'with a misspelt name of the TLSA records any certificate fits them',
      file: 'packages/trust/src/judge/check-question.ts',
      find: "if (unknown !== undefined) throw misuse(code, 'question',",
      replace: "if (unknown === '') throw misuse(code, 'question',",
      test: {
        file: 'packages/trust/test/misuse.test.ts',
        title: 'with another question than there is gets no verdict',
      },
    },
    {
      name: 'fields-of-a-record',
      off: 'TLSA records as the resolver of Node gives them count as none',
      file: 'packages/trust/src/judge/check-question.ts',
      find: '    if (!isRecord(record))',
      replace: "    if (typeof record === 'symbol')",
      test: {
        file: 'packages/trust/test/misuse.test.ts',
        title: 'with another question.dane.records than there is gets no verdict',
      },
    },
    {
      name: 'largest-answer',
      off: 'an answer is read without a bound where the bound is not a number',
      file: 'packages/trust/src/node/fetch/fetch-object.ts',
      find: '  checkFetching(wanted, rules);',
      replace: '',
      test: {
        file: 'packages/trust/src/node/fetch/fetch-object.test.ts',
        title: 'nothing is fetched by what would bound nothing: { maxBytes: NaN }, {}',
      },
    },
  ],
};
