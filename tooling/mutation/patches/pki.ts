import type { MutationPatch, PatchList } from '../patch.ts';

const issuance = 'packages/pki/src/issuing/issuance.ts';
const tokenState = 'packages/pki/src/ledger/token-state.ts';
const readRequest = 'packages/pki/src/issuing/read-request.ts';

const issuing = (title: string): MutationPatch['test'] => ({
  file: 'packages/pki/test/issuance.test.ts',
  title,
});
const enrolment = (title: string): MutationPatch['test'] => ({
  file: 'packages/pki/test/enrolment.test.ts',
  title,
});

/** What stands between a request and a certificate. */
export const patches: PatchList = {
  name: 'pki',
  list: [
    {
      name: 'list-of-the-future',
      off: 'a list that was signed while the clock was ahead stays, and everybody is refused by it',
      file: 'packages/pki/src/revocation/crl-publisher.ts',
      find: 'isBehind || isOfFuture',
      replace: 'isBehind',
      test: {
        file: 'packages/pki/test/list-after-trouble.test.ts',
        title: 'is due again at once where it was signed while the clock was ahead',
      },
    },
    {
      name: 'revoked-in-part',
      off: 'what was revoked is on no list where the rest could not be recorded',
      file: 'packages/pki/src/revocation/revocation-desk.ts',
      find: 'const crlNumber = serials.length > 0 ? await publisher.publish() : undefined;\n    const failed',
      replace: 'const crlNumber = publisher.current(0)?.number ?? 0;\n    const failed',
      test: {
        file: 'packages/pki/test/list-after-trouble.test.ts',
        title: 'has what was revoked of many at once, also where the rest could not be recorded',
      },
    },
    {
      name: 'may-issue',
      off: 'a certificate is issued without asking the rule',
      file: issuance,
      find: 'const decision = await mayIssue(request, requester);',
      replace:
        "const decision = { ok: true, names: { commonName: '', dnsNames: [application.subject], uris: [] } } as Awaited<ReturnType<MayIssue>>;",
      test: issuing('refuses what the rule refuses, with the reason of the rule'),
    },
    {
      name: 'possession',
      off: 'a request need not be signed with its own key',
      file: readRequest,
      find: 'if (!(await provesPossession(decoded))) {',
      replace: 'if (decoded === null) {',
      test: issuing('refuses a request that is not signed with its own key'),
    },
    {
      name: 'key-strength',
      off: 'a weak key gets a certificate',
      file: readRequest,
      find: 'if (!isAllowedKey(publicKey)) {',
      replace: 'if (publicKey === null) {',
      test: issuing('refuses an RSA key of 1024 bits'),
    },
    {
      name: 'surplus-names',
      off: 'a request may ask for names beyond those decided',
      file: issuance,
      find: 'if (surplus !== undefined) return refused(surplus);',
      replace: '',
      test: issuing('refuses a request for a name beyond those decided'),
    },
    {
      name: 'token-spent',
      off: 'a join token may be used again',
      file: tokenState,
      find: "if (spentBy !== undefined && spentBy !== keyHash) return { ok: false, reason: 'token-spent', token };",
      replace: '',
      test: enrolment('lets a token be used once'),
    },
    {
      name: 'token-expiry',
      off: 'a join token may be used after its time',
      file: tokenState,
      find: "if (now > token.notAfter) return { ok: false, reason: 'token-expired', token };",
      replace: '',
      test: enrolment('refuses a token after its time'),
    },
    {
      name: 'spend-before-signing',
      off: 'a certificate is signed though the token could not be spent',
      file: issuance,
      find: 'if (unspent !== undefined) return refused(unspent);',
      replace: '',
      test: issuing(
        'does not sign when the token cannot be spent, and spends none when the request is refused',
      ),
    },
    {
      name: 'revoked-requester',
      off: 'a revoked certificate renews itself',
      file: 'packages/pki/src/enrolment/renewing.ts',
      find: 'if (revocation === undefined) return undefined;',
      replace: 'if (revocation !== null) return undefined;',
      test: enrolment('refuses a peer whose certificate the ledger knows as revoked'),
    },
    {
      name: 'issuer-lifetime',
      off: 'a certificate outlives its issuer',
      file: 'packages/pki/src/issuing/write-leaf.ts',
      find: 'Math.min(wholeSecond(now + profile.lifetimeMs), issuer.certificate.notAfter)',
      replace: 'wholeSecond(now + profile.lifetimeMs)',
      test: issuing('never lets a certificate outlive its issuer'),
    },
    {
      name: 'key-in-a-copy',
      off: 'who has lost a key of the authority does not hear that a copy of the folder has it',
      file: 'packages/pki/src/node/authority-files.ts',
      find: 'if (key === undefined) throw missingKey(path);',
      replace: 'if (key === undefined) throw missingFile(path);',
      test: {
        file: 'packages/pki/test/service-arguments.test.ts',
        title: 'is refused without a key of it, and the remedy names a copy of the folder',
      },
    },
    {
      name: 'lists-over-https',
      off: 'a base of https for lists is refused without a word of why',
      file: 'packages/pki/src/node/service/authority-options.ts',
      find: '!/^https:/i.test(given)',
      replace: '!/^httpss:/i.test(given)',
      test: {
        file: 'packages/pki/test/service-arguments.test.ts',
        title: 'is that lists cannot be at an address of https',
      },
    },
  ],
};
