import type { PatchList } from '../patch.ts';

export const patches: PatchList = {
  name: 'pure',
  list: [
    {
      name: 'signature',
      off: 'no signature is verified',
      file: 'packages/trust/src/',
      find: 'return verify(how.digest, signed.tbs, how.key, signed.signature);',
      replace: 'return true;',
      test: { file: 'packages/trust/test/path.test.ts', title: 'refuses an altered leaf' },
    },
    {
      name: 'revoked',
      off: 'a revoked certificate is as good as any',
      file: 'packages/trust/src/',
      find: "if (statement.state === 'revoked') return refuseRevoked(certificate, depth, statement, context);",
      replace: '',
      test: {
        file: 'packages/trust/test/crl.test.ts',
        title: 'that lists leaf or intermediate refuses, with time and reason code',
      },
    },
    {
      name: 'identity',
      off: 'any name will do',
      file: 'packages/trust/src/',
      find: 'if (!match.ok) return { ok: false, peer, rejection: match.rejection };',
      replace: '',
      test: { file: 'packages/trust/test/identity.test.ts', title: 'is never a suffix or a wildcard' },
    },
    {
      name: 'membership',
      off: 'a server that is not in the topology is let in',
      file: 'packages/topology/src/',
      find: "if ('reason' in selected) return refused(selected);",
      replace: "if ('reason' in selected) return { ok: true, server: 'x', role: 'front-end', row: 0 };",
      test: {
        file: 'packages/topology/test/authorise.test.ts',
        title: 'refuses a valid certificate that is not in the topology',
      },
    },
    {
      name: 'topology-signature',
      off: 'a signature of the topology is not verified',
      file: 'packages/topology/src/',
      find: 'if (key === undefined || !isSignedBy(key, header, signature, payload)) continue;',
      replace: 'if (key === undefined) continue;',
      test: {
        file: 'packages/topology/test/signing.test.ts',
        title:
          'is refused unsigned, signed by a key that it does not list, or with a signature over another document',
      },
    },
  ],
};
