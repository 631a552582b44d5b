import type { MutationPatch, PatchList } from '../patch.ts';

const linkChecks = 'packages/trust/src/path/';
const limits = 'packages/trust/src/';
const judgePeer = 'packages/trust/src/';
const revocation = 'packages/trust/src/revocation/';

const path = (title: string): MutationPatch['test'] => ({ file: 'packages/trust/test/path.test.ts', title });
const anchorLimits = (title: string): MutationPatch['test'] => ({
  file: 'packages/trust/test/anchor-limits.test.ts',
  title,
});
const handshake = (title: string): MutationPatch['test'] => ({
  file: 'packages/tls/test/handshake.test.ts',
  title,
});
const of = (file: string, title: string): MutationPatch['test'] => ({
  file: `packages/trust/test/${file}.test.ts`,
  title,
});

/** The stages of the verdict, each check off once. */
export const patches: PatchList = {
  name: 'trust',
  list: [
    {
      name: 'signature',
      off: 'no signature is verified',
      file: 'packages/trust/src/signatures/verify-signature.ts',
      find: 'return verify(algorithm.digest, signed.tbs, key.object, signed.signature);',
      replace: 'return true;',
      test: path('refuses an altered leaf'),
    },
    {
      name: 'algorithm',
      off: 'any signature algorithm that we can compute is good enough',
      file: 'packages/trust/src/path/',
      find: 'if (algorithm === undefined || !policy.algorithms.signatures.includes(algorithm.name)) {',
      replace: 'if (algorithm === undefined) {',
      test: path('refuses SHA-1 and small RSA keys'),
    },
    {
      name: 'expired',
      off: 'an expired certificate is as good as any',
      file: linkChecks,
      find: 'if (now > notAfter) {',
      replace: 'if (now < 0) {',
      test: path('refuses an expired leaf, and says since when'),
    },
    {
      name: 'not-yet-valid',
      off: 'a certificate counts before its time',
      file: linkChecks,
      find: '} else if (now < notBefore) {',
      replace: '} else if (now < 0) {',
      test: path('refuses a leaf that is not valid yet'),
    },
    {
      name: 'basic-constraints',
      off: 'anybody with a certificate may issue others',
      file: 'packages/trust/src/path/',
      find: 'if (basicConstraints?.cA !== true) {',
      replace: 'if (basicConstraints === null) {',
      test: path('refuses a leaf whose issuer lacks cA'),
    },
    {
      name: 'key-cert-sign',
      off: 'a key that may not sign certificates signs them',
      file: 'packages/trust/src/path/',
      find: 'if (keyUsage !== undefined && !keyUsage.keyCertSign) {',
      replace: 'if (keyUsage === null) {',
      test: path('refuses an issuer without keyCertSign'),
    },
    {
      name: 'path-length',
      off: 'pathLenConstraint is ignored',
      file: 'packages/trust/src/path/',
      find: 'if (remaining <= 0) {',
      replace: 'if (remaining === undefined) {',
      test: path(
        'refuses more intermediates than pathLenConstraint allows, and does not count self-issued ones',
      ),
    },
    {
      name: 'name-constraints',
      off: "a CA's name constraints are ignored",
      file: 'packages/trust/src/path/',
      find: 'if (above.constraints.length === 0) return;',
      replace: 'if (above.constraints.length >= 0) return;',
      test: {
        file: 'packages/trust/test/name-constraints.test.ts',
        title: 'permit the domain and everything below it, and nothing beside it',
      },
    },
    {
      name: 'unknown-critical',
      off: 'a critical extension that nobody here understands is ignored',
      file: 'packages/trust/src/path/',
      find: 'for (const oid of certificate.unknownCritical) {',
      replace: 'for (const oid of certificate.unknownCritical.slice(0, 0)) {',
      test: path('refuses an unknown critical extension at any depth'),
    },
    {
      name: 'extended-key-usage',
      off: 'a certificate for clients serves as a server, and the other way round',
      file: linkChecks,
      find: 'if (accepted.some((oid) => found.includes(oid))) continue;',
      replace: 'if (accepted.length > 0) continue;',
      test: path(
        'refuses a certificate for clients only where a server is asked for, and the other way round',
      ),
    },
    {
      name: 'server-auth-suffices',
      off: 'serverAuth alone is accepted of a peer that dials us, whatever the anchor says',
      file: linkChecks,
      find: 'if (purpose.alternative !== undefined && anchor.serverAuthSuffices === true)',
      replace: 'if (purpose.alternative !== undefined)',
      test: handshake('refuses a certificate for serverAuth only with extended-key-usage-missing'),
    },
    {
      name: 'anchor-interfaces',
      off: 'an anchor counts on every interface',
      file: limits,
      find: 'if (links !== undefined && !links.includes(link.interface)) {',
      replace: 'if (links === null) {',
      test: anchorLimits('bind an anchor to interfaces'),
    },
    {
      name: 'anchor-domains',
      off: "a partner's root vouches for any domain",
      file: limits,
      find: 'if (limits.domains !== undefined && !liesWithin(name, permitted)) {',
      replace: 'if (limits.domains === null) {',
      test: anchorLimits('refuses a sip: URI, as one of several'),
    },
    {
      name: 'anchor-excluded-domains',
      off: "a partner's root vouches for our own domain",
      file: limits,
      find: 'if (touchesAny(name, excluded)) {',
      replace: 'if (excluded === null) {',
      test: anchorLimits(
        'exclude our own domains whatever else is allowed, wildcards and unread forms included',
      ),
    },
    {
      name: 'anchor-depth',
      off: 'any number of intermediates may stand below a limited anchor',
      file: limits,
      find: 'if (maxDepth !== undefined && chain.length - 1 > maxDepth) {',
      replace: 'if (maxDepth === null) {',
      test: anchorLimits('bound the number of intermediates'),
    },
    {
      name: 'revoked',
      off: 'a revoked certificate is as good as any',
      file: revocation,
      find: "if (statement.state === 'revoked') return refuseRevoked(certificate, depth, statement, context);",
      replace: '',
      test: of('crl', 'that lists leaf or intermediate refuses, with time and reason code'),
    },
    {
      name: 'stale-list',
      off: 'a list that should have been replaced long ago still counts',
      file: revocation,
      find: 'if (until < moment) continue;',
      replace: '',
      test: of('crl', 'under hard-fail ends with nextUpdate'),
    },
    {
      name: 'identity',
      off: 'any name will do',
      file: judgePeer,
      find: 'if (!match.ok) return { ok: false, peer, rejection: match.rejection };',
      replace: '',
      test: of('identity', 'is never a suffix or a wildcard'),
    },
    {
      name: 'authorise',
      off: 'a trusted certificate opens every link',
      file: judgePeer,
      find: 'if (!authorised.ok) return { ok: false, peer, rejection: authorised.rejection };',
      replace: '',
      test: of('authorise', 'refuses with its own reason, and the verdict still says who it was'),
    },
    {
      name: 'list-of-another',
      off: 'a revocation list counts, no matter which key signed it',
      file: revocation,
      find: 'if (statements.verify(crl, above.key, spending)) {',
      replace: 'if (spending !== undefined) {',
      test: of(
        'crl',
        'of somebody else, altered, from the future or with an unknown critical extension is no knowledge',
      ),
    },
    {
      name: 'list-below-another-anchor',
      off: 'any holder of the name of a CA below any anchor signs its revocation lists',
      file: revocation,
      find: 'if (anchor !== above.anchor) return false;',
      replace: '',
      test: of('crl', 'is not believed when it leads to another anchor, whatever that one is trusted for'),
    },
    {
      name: 'answer-of-another-key',
      off: 'a certificate that one key has signed counts as signed by any',
      file: 'packages/trust/src/path/signature-memo.ts',
      find: 'known.signed === signed && known.key === key',
      replace: 'known.signed === signed',
      test: {
        file: 'packages/trust/src/path/signature-memo.test.ts',
        title: 'tells of each signature what each key says of it, and pays for each answer once',
      },
    },
    {
      name: 'name-of-another',
      off: 'a name that takes the place of another in the memo is taken for it',
      file: 'packages/x509/src/name/canonical-memo.ts',
      find: 'known !== undefined && holds(known.der, bytes, from, to)',
      replace: 'known !== undefined',
      test: {
        file: 'packages/x509/src/name/canonical-memo.test.ts',
        title:
          'gives every name its own form, far more names than it has room for, written one over the other',
      },
    },
    {
      name: 'nothing-known',
      off: 'a certificate of which no list speaks is as good as any',
      file: revocation,
      find: 'return refuseUnknown(certificate, depth, findings, graceMs, context);',
      replace: 'return now + 1;',
      test: of('crl', 'of a CA without cRLSign is no knowledge'),
    },
    {
      name: 'policies',
      off: 'what a policy refuses is let in',
      file: judgePeer,
      find: 'if (detail !== undefined) {',
      replace: 'if (detail === null) {',
      test: of('authorise', 'can only refuse, and are asked last'),
    },
    {
      name: 'clock',
      off: 'a clock that was set back is believed',
      file: 'packages/trust/src/judge/',
      find: 'now + policy.revocation.futureSkewMs >= latestSigned) return undefined;',
      replace: 'now > 0) return undefined;',
      test: of('clock', 'believes nobody, whatever the peer shows'),
    },
    {
      name: 'signed-time',
      off: 'a list that anybody made moves the latest signed time',
      file: 'packages/trust/src/signatures/',
      find: 'issuer.subject.canonical === crl.issuer.canonical && isSignedBy(crl, issuer)',
      replace: 'issuer.subject.canonical === crl.issuer.canonical',
      test: of('clock', 'is not moved by a list of an outsider, altered, or of the same name'),
    },
    {
      name: 'dane',
      off: 'TLSA records that do not fit refuse nobody',
      file: judgePeer,
      find: "if (fit === 'differs') return { ok: false, peer, rejection: reject('dane-mismatch', data) };",
      replace: '',
      test: of(
        'dane',
        'that cannot be used are as if there were none; beside one that can they count for nothing',
      ),
    },
    {
      name: 'dane-usage',
      off: 'a TLSA record of the leaf fits any certificate of the path',
      file: 'packages/trust/src/dane/',
      find: '(isOfLeaf(record) ? leaf : authorities)',
      replace: '[...leaf, ...authorities]',
      test: of('dane', 'of the leaf hold for usages 1 and 3: selector 0, matching type 0'),
    },
    {
      name: 'dane-agility',
      off: 'the weaker digest of a TLSA record counts beside the stronger one',
      file: 'packages/trust/src/dane/',
      find: '.filter((record) => !usable.some((other) => isStronger(other, record)))',
      replace: '',
      test: of('dane', 'of the stronger digest displace those of the weaker one'),
    },
    {
      name: 'forms-of-times',
      off: 'a time in the wrong form is let pass by the strict profiles',
      file: 'packages/trust/src/rules/time-form.ts',
      find: "if (form === 'utc' || at < utcTimeFrom || at >= utcTimeTo) return undefined;",
      replace: 'if (at !== undefined) return undefined;',
      test: of(
        'strict-rules',
        'times are UTCTime through 2049 and GeneralizedTime from 2050 on; anchors are as old as they are',
      ),
    },
    {
      name: 'rsa-exponent',
      off: 'an RSA key with the exponent 1, with which anybody signs, is a key',
      file: 'packages/x509/src/key/read-public-key.ts',
      find: 'if (exponentBits < 2)',
      replace: 'if (exponentBits < 0)',
      test: {
        file: 'packages/x509/test/certificate.test.ts',
        title: 'refuses an RSA exponent of 1, with which anybody signs',
      },
    },
    {
      name: 'ocsp-signer-usage',
      off: 'a key that may not sign statements signs OCSP responses',
      file: revocation,
      find: 'if (keyUsage !== undefined && !keyUsage.digitalSignature && !keyUsage.contentCommitment) {',
      replace: 'if (keyUsage === null) {',
      test: of('ocsp', 'is not believed without OCSPSigning, from another CA, expired, or altered'),
    },
    {
      name: 'unchecked-crl',
      off: 'an indirect CRL that anybody may have signed replaces one that the issuer signed',
      file: 'packages/trust/src/node/fetch/fetched-crls.ts',
      find: "if (unchecked) return 'an indirect CRL that cannot be checked, beside one that the issuer signed';",
      replace: '',
      test: {
        file: 'packages/trust/src/node/fetch/indirect-crls.test.ts',
        title: 'displace none that the issuer has signed: nobody here can check theirs',
      },
    },
    {
      name: 'forged-answer',
      off: 'an OCSP response that anybody signed displaces the true one',
      file: 'packages/trust/src/node/fetch/fetched-ocsp.ts',
      find: 'if (issuer !== undefined && !isSignedForIssuer(basic, issuer)) {',
      replace: 'if (issuer === null) {',
      test: {
        file: 'packages/trust/src/node/fetch/fetched-ocsp.test.ts',
        title:
          'refuses an answer that neither the issuer nor its OCSP signer has signed, and keeps the valid one',
      },
    },
    {
      name: 'issuers-from',
      off: 'missing intermediates are kept though the anchor does not list the host they came from',
      file: 'packages/trust/src/node/fetch/issuer-fetcher.ts',
      find: 'if (!fetched.every(({ host }) => lists(anchor, host))) return false;',
      replace: '',
      test: {
        file: 'packages/trust/src/node/fetch/issuer-fetcher.test.ts',
        title: 'that leads to no anchor, or to one that does not list the host',
      },
    },
  ],
};
