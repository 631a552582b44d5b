import type { MutationPatch, PatchList } from '../patch.ts';

const revocation = 'packages/trust/src/revocation/';

const of = (file: string, title: string): MutationPatch['test'] => ({
  file: `packages/trust/test/${file}.test.ts`,
  title,
});

/** What a CRL covers, and who may sign an OCSP response. */
export const patches: PatchList = {
  name: 'revocation',
  list: [
    {
      name: 'list-of-another-issuer',
      off: 'a distribution point that names its CRL issuer without a directory name is taken for one that names none',
      file: revocation,
      find: 'if (point?.crlIssuer !== undefined) {',
      replace: 'if (point?.crlIssuer !== undefined && directoryNames(point.crlIssuer).length > 0) {',
      test: of('crl-processing', 'cannot match a CRL issuer that is named without a directory name'),
    },
    {
      name: 'relative-to-one-of-two',
      off: 'a name relative to several CRL issuers is taken as relative to the first',
      file: revocation,
      find: "if (point.name.type === 'relative' && issuers.length !== 1) return none;",
      replace: '',
      test: of('crl-processing', 'may be relative to the CRL issuer, as long as there is one'),
    },
    {
      name: 'unreadable-signer',
      off: 'an unreadable signer of an OCSP response is passed over in silence',
      file: 'packages/trust/src/revocation/ocsp-signer.ts',
      find: 'if (!decoded.ok) {',
      replace: 'if (!decoded.ok) {\n      continue;',
      test: of('ocsp', 'whose signer cannot be read is refused for that'),
    },
    {
      name: 'empty-entry-extensions',
      off: 'an entry with an empty list of extensions hides its revocation, and every other one of the CRL',
      file: 'packages/x509/src/crl/crl-entry.ts',
      find: 'return end - pos === 2 && bytes[pos]',
      replace: 'return end - pos === 0 && bytes[pos]',
      test: {
        file: 'packages/trust/test/crl.test.ts',
        title:
          'revokes although an entry has an empty list of extensions; the strict profile does not use such a CRL',
      },
    },
  ],
};
