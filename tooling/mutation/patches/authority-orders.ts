import type { PatchList } from '../patch.ts';

/** Who may send commands to the authority of a domain, and what becomes of them. */
export const patches: PatchList = {
  name: 'authority-orders',
  list: [
    {
      name: 'named-administrators',
      off: 'a certificate of an administrator counts although the topology does not name them',
      file: 'packages/authority/src/caller.ts',
      find: 'topology !== undefined && !isNamed(topology, administrator)',
      replace: 'topology !== undefined && !isNamed(topology, administrator) && false',
      test: {
        file: 'apps/authority-server/test/administrators.test.ts',
        title: 'is cut off, whatever their certificate says',
        inOrder: true,
      },
    },
    {
      name: 'removed-administrators',
      off: 'the certificate of an administrator who was removed stays valid',
      file: 'packages/authority/src/domain-revocations.ts',
      find: 'for (const { name, issuedUntil } of removed) {',
      replace: 'for (const { name, issuedUntil } of removed.slice(removed.length)) {',
      test: {
        file: 'apps/authority-server/test/administrators.test.ts',
        title: 'loses open connections and commands at once, and the certificate',
        inOrder: true,
      },
    },
    {
      name: 'order-under-way',
      off: 'a command counts that was under way when its administrator was removed',
      file: 'packages/authority/src/routes/order.ts',
      find: "return guard('administrator', caller) ?? order ?? {};",
      replace: 'return order ?? {};',
      test: {
        file: 'packages/authority/test/order-under-way.test.ts',
        title: 'is refused: a token, a revocation, and the next topology',
      },
    },
    {
      name: 'publisher-under-way',
      off: 'a topology counts that a removed administrator was sending',
      file: 'packages/authority/src/open-domain-authority.ts',
      find: 'if (refusal !== undefined) return { accepted: false, refusal };',
      replace: '',
      test: {
        file: 'packages/authority/test/order-under-way.test.ts',
        title: 'is refused: a token, a revocation, and the next topology',
      },
    },
    {
      name: 'last-authority',
      off: 'one administrator revokes the only authority',
      file: 'packages/authority/src/domain-revocations.ts',
      find: 'if (others.length > 0) return undefined;',
      replace: 'if (others.length >= 0) return undefined;',
      test: {
        file: 'apps/authority-server/test/last-authority.test.ts',
        title:
          'is not revoked by one administrator, neither by its name nor by the serial number of its certificate',
      },
    },
    {
      name: 'own-certificate-revoked',
      off: 'an authority goes on with a certificate of its own that is revoked',
      file: 'packages/authority/src/own-certificate.ts',
      find: 'if (revocation !== undefined) revokedSerial = serialHex;',
      replace: '',
      test: {
        file: 'apps/authority-server/test/last-authority.test.ts',
        title: 'issues itself another certificate where its own was revoked',
      },
    },
    {
      name: 'one-list',
      off: 'each of many revocations that arrive together signs a list of its own',
      file: 'packages/pki/src/revocation/crl-publisher.ts',
      find: 'next ??= last = last.catch(() => 0).then(sign);',
      replace: 'next = last = last.catch(() => 0).then(sign);',
      test: {
        file: 'packages/pki/test/publication.test.ts',
        title:
          'signs one list for calls that arrive while an earlier one waits, and another for one that arrives later',
      },
    },
    {
      name: 'list-covers-callers',
      off: 'a revocation is acknowledged with a list that had read the ledger before',
      file: 'packages/pki/src/revocation/crl-publisher.ts',
      find: '    next = undefined;\n    isBehind = true;',
      replace: '    isBehind = true;',
      test: {
        file: 'packages/pki/test/publication.test.ts',
        title:
          'signs one list for calls that arrive while an earlier one waits, and another for one that arrives later',
      },
    },
  ],
};
