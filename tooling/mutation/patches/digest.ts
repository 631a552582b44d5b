import type { MutationPatch, PatchList } from '../patch.ts';

const digest = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip/test/machines/digest-answers.test.ts',
  title,
});

/** What proves who has sent a request or an answer. */
export const patches: PatchList = {
  name: 'digest',
  list: [
    {
      name: 'auth-int-needs-a-body',
      off: 'credentials that cover a body are held against none',
      file: 'packages/sip/src/digest/verify.ts',
      find: "if (qop === 'auth-int' && options.body === undefined) return refused('malformed');",
      replace: '',
      test: digest('is refused by a server that has no body to hold it against'),
    },
    {
      name: 'auth-int-body',
      off: 'a body that was changed on the way is as good as the one that was sent',
      file: 'packages/sip/src/digest/request-digest.ts',
      find: 'digestHex(algorithm, fields.body)',
      replace: "digestHex(algorithm, '')",
      test: digest('covers the body of the answer where the client asked for auth-int'),
    },
    {
      name: 'digest-of-another-algorithm',
      off: 'a digest that is kept serves another algorithm',
      file: 'packages/sip/src/digest/request-digest.ts',
      find: 'if (known?.algorithm === algorithm)',
      replace: 'if (known !== undefined)',
      test: digest('is of its own algorithm, method and URI, whichever were used before it'),
    },
    {
      name: 'hashed-username',
      off: 'a hashed username may be that of anybody',
      file: 'packages/sip/src/digest/verify.ts',
      find: 'return username === (userhash ? hashUsername(algorithm, record.username, realm) : record.username);',
      replace: 'return userhash || username === record.username;',
      test: digest('names nobody else: a hash of another name, or in the clear where it says hashed'),
    },
    {
      name: 'proof-of-the-server',
      off: 'any server knows the secret',
      file: 'packages/sip/src/digest/authentication-info.ts',
      find: "if (!equalDigests(digest, found, length)) return { ok: false, fault: 'wrong-proof' };",
      replace: '',
      test: digest('is not what the request said: a server cannot give the response back'),
    },
    {
      name: 'proof-of-another-request',
      off: 'a proof for one request counts for any other',
      file: 'packages/sip/src/digest/authentication-info.ts',
      find: "if (!same) return { ok: false, fault: 'other-request' };",
      replace: '',
      test: digest('is refused with other-request: one to another cnonce'),
    },
  ],
};
