import type { MutationPatch, PatchList } from '../patch.ts';

const commands = 'packages/commands/src';
const holds = (title: string): MutationPatch['test'] => ({
  file: `${commands}/authority/ending-certificates.test.ts`,
  title,
});
const homes = (title: string): MutationPatch['test'] => ({
  file: 'packages/commands/test/pool-homes.test.ts',
  title,
});

/** What commands say of the network to its operator. */
export const patches: PatchList = {
  name: 'operator-answers',
  list: [
    {
      name: 'unnamed-public-certificate',
      off: 'an edge whose configuration names no certificate of a public CA ends with a refusal of the authority that says nothing of the configuration',
      file: 'apps/edge-server/src/outside-certificate.ts',
      find: "if (isNamed || outside.certificate !== 'public') return;",
      replace: 'return;',
      test: {
        file: 'apps/edge-server/src/outside-certificate.test.ts',
        title: 'must be named in the configuration: the authority has none',
      },
    },
    {
      name: 'names-of-a-public-certificate',
      off: 'an edge takes a certificate of another name, and nobody says so',
      file: 'packages/edge/src/missing-names.ts',
      find: 'if (missing.length === 0) return;',
      replace: 'return;',
      test: {
        file: 'packages/edge/src/missing-names.test.ts',
        title:
          'a certificate of a public CA has the names that the topology wants, or the log says which it lacks',
      },
    },
    {
      name: 'held-stores',
      off: 'status names holds of stores that the topology does not have',
      file: `${commands}/authority/ending-certificates.ts`,
      find: "profile !== 'store' || stores.has(subject))\n    .map((one)",
      replace: 'profile !== subject)\n    .map((one)',
      test: holds('need attention, of administrators and of stores of the topology, and can be released'),
    },
    {
      name: 'held-beside-a-valid-one',
      off: 'status names a hold although its owner has another certificate that is valid, or it has ended',
      file: `${commands}/authority/ending-certificates.ts`,
      find: 'one.notAfter > now && !valid.has(nameOf(one))',
      replace: 'valid.size >= 0',
      test: holds(
        'need none once there is one that is valid, once they have ended, and where they are revoked for good',
      ),
    },
    {
      name: 'store-by-server',
      off: 'a store whose certificate is asked for as that of a server has never had one',
      file: `${commands}/commands/cert-list.ts`,
      find: "? ['server', 'store'] : [profile]",
      replace: "? ['server'] : [profile]",
      test: {
        file: 'packages/commands/test/store-certificates.test.ts',
        title:
          'entente cert issue certifies the key of a store that the topology lists, until it lists it no more',
      },
    },
    {
      name: 'answer-that-was-brought',
      off: 'a second visit to the root is asked for while the answer of the first one waits',
      file: `${commands}/authority/root-warnings.ts`,
      find: 'if (brought.length === 0) return warnings;',
      replace: 'if (brought.length >= 0) return warnings;',
      test: {
        file: `${commands}/authority/root-warnings.test.ts`,
        title:
          'is an answer that was brought, until the authority has taken it: nobody goes to the root again',
      },
    },
    {
      name: 'domain-that-is-there',
      off: 'a domain that is there is listed once more instead of getting another home',
      file: `${commands}/topology/add/add-place.ts`,
      find: 'isThere = pool !== undefined && ',
      replace: "isThere = pool === '' && ",
      test: homes('is another pool by one command, which says which one it was'),
    },
    {
      name: 'home-before',
      off: 'users get another home, and nothing says where they were before',
      file: `${commands}/topology/add/add-place.ts`,
      find: "typeof before === 'string' && before !== pool",
      replace: "typeof before === 'number' && before !== pool",
      test: homes('is a new pool by --home, which says whom it takes over from another one'),
    },
    {
      name: 'kind-of-a-name',
      off: 'a pool is said not to be in the topology, because it is not a server',
      file: `${commands}/commands/topology-remove.ts`,
      find: 'if (given.partner === undefined) refuseOtherKind(document, name, given);',
      replace: '',
      test: {
        file: 'packages/commands/test/removal.test.ts',
        title: 'an entry of another kind, which is named with its option',
      },
    },
    {
      name: 'name-of-the-authority',
      off: 'an authority starts under a name that its topology does not have',
      file: 'packages/authority/src/domain-topologies.ts',
      find: 'names.length > 0 && !names.includes(fqdn)',
      replace: "names.length > 0 && fqdn === ''",
      test: {
        file: 'packages/authority/test/other-authority.test.ts',
        title: 'is not opened: its servers would refuse the certificate that it gives itself',
      },
    },
    {
      name: 'no-authority-listed',
      off: 'an authority does not start that is to publish the topology which lists it again',
      file: 'packages/authority/src/domain-topologies.ts',
      find: 'names.length > 0 && !names.includes(fqdn)',
      replace: '!names.includes(fqdn)',
      test: {
        file: 'packages/authority/test/other-authority.test.ts',
        title: 'is opened before the first version, and where the topology lists no authority',
      },
    },
    {
      name: 'domain-of-the-authority',
      off: 'an authority starts for another domain than that of its topology',
      file: 'packages/authority/src/domain-topologies.ts',
      find: 'if (network !== domain)',
      replace: "if (network === '')",
      test: {
        file: 'packages/authority/test/other-authority.test.ts',
        title: 'is not opened for another domain',
      },
    },
  ],
};
