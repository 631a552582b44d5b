import type { PatchList } from '../patch.ts';

export const patches: PatchList = {
  name: 'pki',
  list: [
    {
      name: 'may-issue',
      off: 'a certificate is issued without asking the rule',
      file: 'packages/pki/src/',
      find: 'const decision = await mayIssue(request, requester);',
      replace:
        "const decision = { ok: true, names: { commonName: '', dnsNames: [application.subject], uris: [] } } as Awaited<ReturnType<MayIssue>>;",
      test: {
        file: 'packages/pki/test/issuance.test.ts',
        title: 'refuses what the rule refuses, with the reason of the rule',
      },
    },
    {
      name: 'possession',
      off: 'a request need not be signed with its own key',
      file: 'packages/pki/src/',
      find: 'if (!(await provesPossession(decoded))) {',
      replace: 'if (decoded === null) {',
      test: {
        file: 'packages/pki/test/issuance.test.ts',
        title: 'refuses a request that is not signed with its own key',
      },
    },
    {
      name: 'surplus-names',
      off: 'a request may ask for names beyond those decided',
      file: 'packages/pki/src/',
      find: 'if (surplus !== undefined) return refused(surplus);',
      replace: '',
      test: {
        file: 'packages/pki/test/issuance.test.ts',
        title: 'refuses a request for a name beyond those decided',
      },
    },
    {
      name: 'token-spent',
      off: 'a join token may be used again',
      file: 'packages/pki/src/',
      find: "if (spentBy !== undefined && spentBy !== keyHash) return { ok: false, reason: 'token-spent', token };",
      replace: '',
      test: { file: 'packages/pki/test/enrolment.test.ts', title: 'lets a token be used once' },
    },
    {
      name: 'token-expiry',
      off: 'a join token may be used after its time',
      file: 'packages/pki/src/',
      find: "if (now > token.notAfter) return { ok: false, reason: 'token-expired', token };",
      replace: '',
      test: { file: 'packages/pki/test/enrolment.test.ts', title: 'refuses a token after its time' },
    },
    {
      name: 'revoked-requester',
      off: 'a revoked certificate renews itself',
      file: 'packages/pki/src/',
      find: 'if (revocation === undefined) return undefined;',
      replace: 'if (revocation !== null) return undefined;',
      test: {
        file: 'packages/pki/test/enrolment.test.ts',
        title: 'refuses a peer whose certificate the ledger knows as revoked',
      },
    },
    {
      name: 'signed-by-others',
      off: 'a backup is restored that anybody has signed',
      file: 'packages/pki/src/',
      find: 'if (signer !== undefined && signer === expected)',
      replace: 'if (signer !== undefined)',
      test: {
        file: 'packages/pki/test/backup-signature.test.ts',
        title: 'refuses what others have signed, or nobody, and never because a signature was removed',
      },
    },
    {
      name: 'cross-unsigned',
      off: 'the signature of the present root is not verified',
      file: 'packages/pki/src/',
      find: 'if (!isOfNext || !isByRoot)',
      replace: 'if (!isOfNext)',
      test: {
        file: 'packages/pki/test/next-root.test.ts',
        title:
          'refuses a certificate of the next root that the present one has not signed, or signed for another key or address',
      },
    },
  ],
};
