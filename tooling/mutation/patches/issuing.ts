import type { MutationPatch, PatchList } from '../patch.ts';

const issuance = 'packages/pki/src/issuing/issuance.ts';
const renewing = 'packages/pki/src/enrolment/renewing.ts';
const joining = 'packages/pki/src/enrolment/joining.ts';
const handler = 'packages/pki/src/enrolment/enrol-handler.ts';

const intent = (title: string): MutationPatch['test'] => ({
  file: 'packages/pki/test/intent.test.ts',
  title,
});
const renewal = (title: string): MutationPatch['test'] => ({
  file: 'packages/pki/test/renewal.test.ts',
  title,
});

/** What is recorded, judged and refused around a certificate, and what may be repeated. */
export const patches: PatchList = {
  name: 'issuing',
  list: [
    {
      name: 'stale-root-remedy',
      off: 'the remedy for a list of the root that is too old is to replace certificates',
      file: 'packages/pki/src/issuing/self-check.ts',
      find: "reason === 'revocation-stale' ? visitRemedy : clockRemedy",
      replace: 'clockRemedy',
      test: {
        file: 'packages/pki/test/intent.test.ts',
        title: 'is not handed out where the list of the root is too old, and the remedy is the visit to it',
      },
    },
    {
      name: 'refused-once-a-minute',
      off: 'while members refuse the chain of an authority, each request leaves a certificate on its revocation list',
      file: issuance,
      find: 'if (known !== undefined) return refused(known);',
      replace: '',
      test: intent('has one certificate a minute signed, until what it is judged by changes'),
    },
    {
      name: 'refused-until-it-changes',
      off: 'an authority goes on refusing what members would accept since its lists or roots have changed',
      file: 'packages/pki/src/issuing/untrusted-chains.ts',
      find: 'refused.anchors === anchors && ',
      replace: '',
      test: intent('has one certificate a minute signed, until what it is judged by changes'),
    },
    {
      name: 'refused-for-each-chain',
      off: 'while members refuse two chains that are asked for in turn, as in a rollover, each request leaves a certificate on a revocation list',
      file: 'packages/pki/src/issuing/untrusted-chains.ts',
      find: 'this.#refused.delete(key);',
      replace: 'this.#refused.clear();',
      test: {
        file: 'packages/pki/src/issuing/untrusted-chains.test.ts',
        title: 'is known beside another one that is asked for in turn, as in a rollover',
      },
    },
    {
      name: 'release-of-any-issuer',
      off: 'the audit trail does not say whose hold ends where the certificate is of an issuing authority that retires',
      file: 'packages/authority/src/routes/revocation-routes.ts',
      find: 'await findIssued(opened.ledger, issuance, serialHex);',
      replace: 'await opened.ledger.find(issuance.issuer.id, serialHex);',
      test: {
        file: 'packages/authority/test/release-in-a-rollover.test.ts',
        title:
          'a release in a rollover is in the audit trail with whose certificate it is, whichever authority has issued it',
      },
    },
    {
      name: 'intent-first',
      off: 'a certificate is signed before the ledger knows of it',
      file: issuance,
      find: 'await ledger.intend({ ...recorded, preCertificate, intendedAt: clock() });',
      replace: 'void preCertificate;',
      test: intent('is known after a crash at any moment, and on the list where nobody has received it'),
    },
    {
      name: 'unfinished-revoked',
      off: 'what a crash has left is not revoked',
      file: 'packages/pki/src/issuing/unfinished.ts',
      find: "await ledger.revoke(issuer.id, serialHex, { at: clock(), reason: 'cessationOfOperation' });",
      replace: 'void serialHex;',
      test: intent('is known after a crash at any moment, and on the list where nobody has received it'),
    },
    {
      name: 'self-check',
      off: 'a certificate that members would refuse is handed out',
      file: issuance,
      find: 'if (untrusted === undefined) {',
      replace: 'if (untrusted !== null) {',
      test: intent('is not handed out and is revoked: its signature does not verify'),
    },
    {
      name: 'refused-by-itself',
      off: 'the audit trail never has a certificate that the authority has signed, refused itself and put on its list',
      file: issuance,
      find: '      await onWithdrawn?.(issued, reason);\n      return untrusted;',
      replace: '      return untrusted;',
      test: intent(
        'has ended for good, with its reason: a restart neither finds it unfinished nor revokes it again, and the trail has it',
      ),
    },
    {
      name: 'compromised-key',
      off: 'a compromised key is certified again',
      file: issuance,
      find: 'if (withheld !== undefined) return refused(withheld);',
      replace: '',
      test: renewal('is never certified again: not by a renewal, not with a token'),
    },
    {
      name: 'compromised-meanwhile',
      off: 'a key that is blocked while it is certified keeps its certificate',
      file: issuance,
      find: 'if (late !== undefined) {',
      replace: 'if (late === null) {',
      test: renewal('is not certified where it was blocked while the certificate was signed'),
    },
    {
      name: 'names-changed-meanwhile',
      off: 'a certificate is handed out with names that were taken away while it was signed',
      file: issuance,
      find: 'if (still.ok && sameCertificateNames(still.names, names)) return',
      replace: 'if (still.ok) return',
      test: {
        file: 'packages/pki/test/issuance.test.ts',
        title: 'hands out nothing, and revokes, when the names changed while the certificate was signed',
      },
    },
    {
      name: 'predecessor-unknown',
      off: 'a certificate that was never issued here is renewed',
      file: renewing,
      find: "if (presented === undefined || presented.subject !== server || presented.profile !== 'server') {",
      replace:
        "if (presented === undefined) return { kind: 'issue' };\n  if (presented.subject !== server) {",
      test: renewal('refuses a predecessor that it has never issued'),
    },
    {
      name: 'predecessor-of-a-service',
      off: 'a service renews its certificate as one of a server',
      file: renewing,
      find: " || presented.profile !== 'server'",
      replace: '',
      test: {
        file: 'packages/pki/test/enrolled-profile.test.ts',
        title:
          'asks for the profile server alone, and renews no certificate of a service, whatever may be issued',
      },
    },
    {
      name: 'predecessor-of-another',
      off: 'the certificate of another server is renewed',
      file: renewing,
      find: 'presented.subject !== server || ',
      replace: '',
      test: renewal('refuses the predecessor of another server'),
    },
    {
      name: 'already-renewed',
      off: 'a certificate is renewed as often as somebody asks',
      file: renewing,
      find: 'if (living !== undefined && (isInternal ||',
      replace: 'if (living !== undefined && !isInternal && (isInternal ||',
      test: renewal('refuses another key while the successor lives, also when both come at once'),
    },
    {
      name: 'turns',
      off: 'requests of one server do not wait for each other',
      file: 'packages/pki/src/enrolment/turns.ts',
      find: 'const turn = before.then(action, action);',
      replace: 'const turn = action();',
      test: renewal('gives the same certificate to the same key again: the answer may have been lost'),
    },
    {
      name: 'token-again',
      off: 'a lost answer to a token gets another certificate',
      file: joining,
      find: 'if (before !== undefined) {',
      replace: 'if (before === null) {',
      test: renewal('gives the same key the same certificate until it expires, and another key none'),
    },
    {
      name: 'revoked-meanwhile',
      off: 'a revoked certificate is given again',
      file: joining,
      find: "if (revoked !== undefined) return { kind: 'refused', refusal: revoked };",
      replace: '',
      test: renewal('gives no certificate again that was revoked meanwhile'),
    },
    {
      name: 'already-joined',
      off: 'a second token quietly gives a server a second certificate',
      file: joining,
      find: 'token.replace === true ? undefined : await refuseAlreadyJoined(ledger, server, now);',
      replace: 'undefined;',
      test: renewal('is refused, when it is ordered and when it is used, and is not spent by that'),
    },
    {
      name: 'replaced-revoked',
      off: 'what a server had stays valid though it has been replaced',
      file: handler,
      find: 'if (token.replace === true) await replaceOthers(options, requester, outcome.serialHex);',
      replace: '',
      test: renewal('revokes what the server had where it says so, once the new certificate is issued'),
    },
    {
      name: 'replaced-revoked-again',
      off: 'a replacement that stopped half-way is never completed',
      file: handler,
      find: 'if (token.replace === true) await replaceOthers(options, requester, serialHex);',
      replace: '',
      test: renewal('revokes the rest where the authority stopped half-way'),
    },
    {
      name: 'address-as-name',
      off: 'an IPv4 address is certified as a DNS name',
      file: 'packages/pki/src/ground/host-name.ts',
      find: 'return labels > 1 && !isNumber(text, start);',
      replace: 'return labels > 1;',
      test: {
        file: 'packages/pki/test/issuance.test.ts',
        title: 'refuses a decision that would put an IPv4 address as name into a certificate',
      },
    },
    {
      name: 'address-in-topology',
      off: 'a topology lists an IPv4 address as a name',
      file: 'packages/topology/src/names/domain-name.ts',
      find: '0x[0-9a-f]*',
      replace: '0x!',
      test: {
        file: 'packages/topology/src/names/domain-name.test.ts',
        title: 'is never 0x7f.0x1, which programs take for an IPv4 address',
      },
    },
    {
      name: 'surplus-settles',
      off: 'a certificate with surplus names is revoked before its server can have put the next one into use',
      file: 'packages/authority/src/surplus-names/surplus-names.ts',
      find: 'now - certificate.issuedAt >= settleMs,',
      replace: 'certificate.issuedAt <= now,',
      test: {
        file: 'packages/authority/test/surplus-names.test.ts',
        title: 'is not due before its server has had a certificate without them for a minute',
      },
    },
    {
      name: 'surplus-ends',
      off: 'a certificate keeps names that were taken away until it expires',
      file: 'packages/authority/src/surplus-names/surplus-names.ts',
      find: '>= longestSurplusMs ?',
      replace: '>= Number.POSITIVE_INFINITY ?',
      test: {
        file: 'packages/authority/test/surplus-names.test.ts',
        title: 'is due an hour after it was found, whatever its server does',
      },
    },
    {
      name: 'key-before-request',
      off: 'a member asks with a key that is not on its disk',
      file: 'packages/member/src/credential/request-certificate.ts',
      find: 'await files.keepNextKey(key.privateKeyPem);',
      replace: '',
      test: {
        file: 'packages/member/test/become-member.test.ts',
        title: 'gets the same certificate where the answer was lost',
      },
    },
    {
      name: 'answer-stored',
      off: 'a server whose token has expired asks again though it has its answer',
      file: 'packages/member/src/join/become-member.ts',
      find: 'return credential?.current.keyPem === key;',
      replace: 'return credential === null;',
      test: {
        file: 'packages/member/test/become-member.test.ts',
        title: 'needs the token no more once the answer is stored: it may have expired',
      },
    },
    {
      name: 'authority-ended',
      off: 'an authority that has ended signs certificates that are over when they are issued',
      file: 'packages/pki/src/issuing/write-leaf.ts',
      find: '  if (notAfter > now) return undefined;\n',
      replace: '  if (notAfter > 0 * now) return undefined;\n',
      test: {
        file: 'packages/pki/test/issuance.test.ts',
        title: 'refuses once the issuing authority has ended, and says so and not that names are wrong',
      },
    },
  ],
};
