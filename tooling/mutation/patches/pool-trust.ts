import type { MutationPatch, PatchList } from '../patch.ts';

const asked = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/test/pool-askers.test.ts',
  title,
});
const nonces = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/test/pool-nonces.test.ts',
  title,
});
const reading = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-relay/src/users/read-accounts.test.ts',
  title,
});
const agreeing = (title: string): MutationPatch['test'] => ({
  file: 'packages/store-sql/test/postgres-server.test.ts',
  title,
});

/** What the servers of a pool believe of each other, of those that ask them, and of their stores. */
export const patches: PatchList = {
  name: 'pool-trust',
  list: [
    {
      name: 'replayed-elsewhere',
      off: 'credentials that were used at one server of a pool are accepted once more at another',
      file: 'packages/sip/src/digest/verify.ts',
      find: "if (verdict.state !== 'fresh') return refused('stale-nonce');",
      replace: `if (verdict.state === 'expired') return refused('stale-nonce');
  if (verdict.state === 'of-pool')
    return { ok: true, username: record.username, realm: options.realm, algorithm };`,
      test: nonces('lets nobody in: credentials that have been used there are not accepted again'),
    },
    {
      name: 'nonce-of-anybody',
      off: 'a nonce of anybody counts as one of the pool',
      file: 'packages/sip/src/digest/nonce.ts',
      find: 'if (pool !== undefined && !isOfPool(bytes, pool, realm)) return forged;',
      replace: '',
      test: {
        file: 'packages/sip/test/machines/digest.test.ts',
        title:
          'of a pool is known to its other servers, whatever its age, and good for the one that made it alone',
      },
    },
    {
      name: 'asked-by-nobody',
      off: 'the registrar vouches for what a server of another pool has had it bind',
      file: 'packages/front-end/src/pool/asked-by.ts',
      find: 'return { askedBy: askers.filter((voucher) => voucher !== vouchedBy), vouchedBy };',
      replace: 'return { vouchedBy };',
      test: asked('vouches for it: the binding is gone once its certificate is revoked for its key'),
    },
    {
      name: 'askers-before',
      off: 'an edge that was taken over hides behind a server of another pool',
      file: 'packages/front-end/src/pool/asked-by.ts',
      find: 'return [nearest, ...before];',
      replace: 'return [nearest];',
      test: asked('names those that had asked it: the binding counts only where all of them are believed'),
    },
    {
      name: 'asked-by-client',
      off: 'a client says over which servers its REGISTER came',
      file: 'packages/front-end/src/forwarding.ts',
      find: 'if (this.#request.has(askedByField)) editor.remove(askedByField);',
      replace: 'for (const one of this.#request.all(askedByField)) editor.append(askedByField, one);',
      test: asked('is told by the front end that a client is connected to, and by no client'),
    },
    {
      name: 'unlisted-store',
      off: 'a PostgreSQL that the topology lists no longer is told who the users are',
      file: 'packages/topology/src/matrix/authorise-store.ts',
      find: 'const listed = topology()?.stores.get(name)?.kind;',
      replace: 'const listed = topology() === undefined ? undefined : kind;',
      test: reading('closes its connections when the topology lists the store no longer'),
    },
    {
      name: 'more-than-agreed',
      off: 'what anybody sends in clear text before TLS counts',
      file: 'packages/store-sql/src/postgres/secured-stream.ts',
      find: 'if (answer.length !== 1 || answer[0] !== agreed)',
      replace: 'if (answer[0] !== agreed)',
      test: agreeing('is judged once it has agreed to TLS with one byte, and nothing else: Sx'),
    },
  ],
};
