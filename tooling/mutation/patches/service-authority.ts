import type { MutationPatch, PatchList } from '../patch.ts';

const desk = 'packages/pki/src/node/service/service-desk.ts';
const opening = 'packages/pki/src/node/service/open-authority.ts';
const protection = 'packages/pki/src/node/key-protection.ts';
const listener = 'packages/pki/src/node/node-listener.ts';
const lint = 'packages/pki/src/issuing/lint.ts';

const authority = (title: string): MutationPatch['test'] => ({
  file: 'packages/pki/test/service-authority.test.ts',
  title,
});
const identityNames = (title: string): MutationPatch['test'] => ({
  file: 'packages/pki/test/service-identity-names.test.ts',
  title,
});
const called = (title: string): MutationPatch['test'] => ({
  file: 'packages/pki/test/service-arguments.test.ts',
  title,
});
const openIdentity = (title: string): MutationPatch['test'] => ({
  file: 'packages/pki/test/open-identity.test.ts',
  title,
});
const ledger = (title: string): MutationPatch['test'] => ({
  file: 'packages/pki/test/ledger-file.test.ts',
  title,
});
const node = (title: string): MutationPatch['test'] => ({
  file: 'packages/pki/test/node-listener.test.ts',
  title,
});

/** The private CA in one call: its names, its keys on disk, its ledger in a file, and its listener. */
export const patches: PatchList = {
  name: 'service-authority',
  list: [
    {
      name: 'clock-without-timers',
      off: 'a clock that is a function is taken, and fails where it is first asked',
      file: 'packages/pki/src/node/service/authority-options.ts',
      find: "if (clock !== undefined && (typeof clock?.now !== 'function'",
      replace: "if (clock !== undefined && typeof clock === 'number' && (typeof clock?.now !== 'function'",
      test: {
        file: 'packages/pki/test/service-authority.test.ts',
        title: 'refuses clock where it is a function, and says what it expects',
      },
    },
    {
      name: 'names-within-limits',
      off: 'a name that the root cannot vouch for is signed before it is refused',
      file: 'packages/pki/src/node/service/issue-identity.ts',
      find: 'const outside = nameOutside(root, names);',
      replace: 'const outside = nameOutside({ nameConstraints: undefined }, names);',
      test: identityNames('are refused before anything is signed where the root cannot vouch for one'),
    },
    {
      name: 'root-limited',
      off: 'the root of a private CA vouches for any name',
      file: 'packages/pki/src/ceremony/root-authority.ts',
      find: '...(options.limits === undefined ? [] : [limitsOf(options.limits)]),',
      replace: '...(options.limits === null ? [limitsOf(options.limits)] : []),',
      test: identityNames('are refused before anything is signed where the root cannot vouch for one'),
    },
    {
      name: 'names-that-fit',
      off: 'a service with thousands of names gets a certificate that no peer takes',
      file: desk,
      find: 'if (octets > maxNameOctets) {',
      replace: 'if (octets > 2 ** 30 + maxNameOctets) {',
      test: {
        file: 'packages/pki/test/service-names.test.ts',
        title: 'an authority for services refuses names that take more octets than peers take in a handshake',
      },
    },
    {
      name: 'service-name-form',
      off: 'a service gets names of any form',
      file: lint,
      find: "if (profile.name === 'service') return serviceNameProblem(names);",
      replace: "if (profile.name === 'service') return void serviceNameProblem;",
      test: {
        file: 'packages/pki/test/lint.test.ts',
        title:
          'refuses a service a wildcard, a URI that is not a SPIFFE ID, two of them, and another spelling of an address',
      },
    },
    {
      name: 'address-of-a-service-only',
      off: 'a server of a SIP network gets an IP address as a name',
      file: lint,
      find: 'const address = names.ipAddresses?.[0];',
      replace: 'const address = names.ipAddresses?.[-1];',
      test: {
        file: 'packages/pki/test/lint.test.ts',
        title: 'refuses an IP address in the certificate of a server',
      },
    },
    {
      name: 'revoked-stays-revoked',
      off: 'a service whose certificate was revoked gets another one at the next start',
      file: desk,
      find: 'await this.#issuer.refuseRevoked(wanted.subject);',
      replace: '',
      test: authority(
        'keeps a revocation over the next run, in the file and for who asks again, until it is told to issue another',
      ),
    },
    {
      name: 'names-of-an-open-identity',
      off: 'a second call with fewer names takes them from the certificate of a running listener',
      file: desk,
      find: 'known === undefined ? wanted.names : namesWhileOpen(known.identity, wanted, given);',
      replace: 'known === null ? namesWhileOpen(known, wanted, given) : wanted.names;',
      test: openIdentity(
        'gives an identity that is open as it is to who names it by its first name alone, or by the same names',
      ),
    },
    {
      name: 'other-names-of-an-open-identity',
      off: 'other names for an identity that is open are ignored without a word',
      file: desk,
      find: 'if (given.length === 1 || sameCertificateNames(names, wanted.names)) return names;',
      replace: 'if (given.length > 0 || sameCertificateNames(names, wanted.names)) return names;',
      test: openIdentity(
        'refuses other names while the identity is open, says which those are, and changes nothing',
      ),
    },
    {
      name: 'reissued-with-its-names',
      off: 'a service that is issued again by its first name loses its others',
      file: desk,
      find: 'names: given.length === 1 ? last : wanted.names',
      replace: 'names: given.length === 0 ? last : wanted.names',
      test: openIdentity('is issued again with the names that it had, or with others where they are given'),
    },
    {
      name: 'reissue-of-none',
      off: 'a misspelt name is a certificate',
      file: desk,
      find: 'const last = await this.#issuer.lastNames(wanted.subject);',
      replace: 'const last = await this.#issuer.lastNames(wanted.subject).catch(() => wanted.names);',
      test: openIdentity('is not issued again under a name that no service has'),
    },
    {
      name: 'identity-of-the-service',
      off: 'what lies in the files of a service is presented whatever names it has',
      file: 'packages/pki/src/node/service/issue-identity.ts',
      find: 'if (issuer === undefined || !sameCertificateNames(certificateNamesOf(leaf), names)) return false;',
      replace:
        'if (issuer === undefined || (!sameCertificateNames(certificateNamesOf(leaf), names) && false)) return false;',
      test: authority(
        'issues again for what is on disk and not its own: another key, a certificate that it does not know',
      ),
    },
    {
      name: 'revoked-again-published',
      off: 'a second revoke is a success although the list of the first one was never published',
      file: desk,
      find: 'const outcome = await revoke();\n      await this.publication.keep();',
      replace: 'const outcome = await revoke();',
      test: {
        file: 'packages/pki/test/service-publication.test.ts',
        title: 'a revocation whose list cannot be signed is published by the next call for the same name',
      },
    },
    {
      name: 'passphrase-not-set',
      off: 'keys are written in the clear where the passphrase was not set',
      file: 'packages/pki/src/node/service/authority-options.ts',
      find: "if ('passphrase' in options) refusePassphrase(options.passphrase, 'option passphrase of openAuthority');",
      replace: 'void refusePassphrase;',
      test: authority('are not created with a passphrase that is empty or was not set'),
    },
    {
      name: 'key-in-the-clear',
      off: 'a key that is not encrypted is used though there is a passphrase',
      file: protection,
      find: "if (!isEncrypted && passphrase !== undefined && pem.includes('PRIVATE KEY-----')) {",
      replace: 'if (!isEncrypted && passphrase === null) {',
      test: authority('that are in the clear are not taken for encrypted ones'),
    },
    {
      name: 'service-key-encrypted',
      off: 'the key of a service is written in the clear',
      file: 'packages/pki/src/node/service/identity-files.ts',
      find: 'await protectedKey(createPrivateKey(keyPem), folder.passphrase)',
      replace: 'await protectedKey(createPrivateKey(keyPem), undefined)',
      test: authority('are encrypted where there is a passphrase: root, issuing authority and services'),
    },
    {
      name: 'passphrase-rounds',
      off: 'a guess at a passphrase costs a thousandth',
      file: protection,
      find: 'export const keyProtectionRounds = 600_000;',
      replace: 'export const keyProtectionRounds = 600;',
      test: authority('are encrypted where there is a passphrase: root, issuing authority and services'),
    },
    {
      name: 'ledger-locked',
      off: 'two processes have the ledger of an authority open',
      file: 'packages/pki/src/node/ledger-file/ledger-lock.ts',
      find: 'if (holder === undefined || !isAlive(holder.pid)) return;',
      replace: 'if (holder !== null) return;',
      test: ledger('refuses a second opener in the same process, and in another one'),
    },
    {
      name: 'ledger-written-by-another',
      off: 'an authority goes on with a ledger that another process has written to',
      file: 'packages/pki/src/node/ledger-file/open-ledger-file.ts',
      find: 'return own.size === size && named?.ino === own.ino && named.dev === own.dev;',
      replace: 'return size >= 0 && named?.ino === own.ino && named.dev === own.dev;',
      test: ledger(
        'does not let two write that could not see each other: the one that was there first is refused',
      ),
    },
    {
      name: 'broken-off-no-fault',
      off: 'a client that breaks off is told to onFault, and can fill a log',
      file: listener,
      find: "incoming.once('error', () => finish('broken-off'));",
      replace: "incoming.once('error', (error) => resolve(Promise.reject(error)));",
      test: node('takes a client that breaks off for no fault, and does not call the handler'),
    },
    {
      name: 'folder-not-shared',
      off: 'an authority is created in a folder to which others may write',
      file: opening,
      find: 'await refuseSharedFolder(directory);',
      replace: 'void refuseSharedFolder;',
      test: called(
        'keeps its mode where it holds something else, and is refused where others may write to it',
      ),
    },
    {
      name: 'ledger-not-a-link',
      off: 'a ledger is written through a symbolic link',
      file: 'packages/pki/src/node/ledger-file/open-ledger-file.ts',
      find: 'constants.O_APPEND | constants.O_NOFOLLOW;',
      replace: 'constants.O_APPEND;',
      test: ledger('is not written through a symbolic link'),
    },
    {
      name: 'ledger-moved-away',
      off: 'an authority goes on with a ledger file that was moved away',
      file: 'packages/pki/src/node/ledger-file/open-ledger-file.ts',
      find: 'return own.size === size && named?.ino === own.ino && named.dev === own.dev;',
      replace: 'return own.size === size && named !== null;',
      test: ledger(
        'lets nobody write to a file that was moved away: who opens the folder again would not find it',
      ),
    },
    {
      name: 'ledger-written-in-the-same-moment',
      off: 'a change is acknowledged although another process has written to the ledger meanwhile',
      file: 'packages/pki/src/node/ledger-file/open-ledger-file.ts',
      find: 'size += lines.length;',
      replace: 'size += lines.length;\n    if (size > 0) return;',
      test: ledger('acknowledges nothing where another one has written in the same moment'),
    },
    {
      name: 'another-domain',
      off: 'an authority issues for another domain than its own',
      file: opening,
      find: 'refuseOtherDomain(root, read);',
      replace: 'void refuseOtherDomain;',
      test: authority(
        'refuses the folder of another domain, another address of its lists, and an option that it does not know',
      ),
    },
    {
      name: 'listener-body',
      off: 'a request whose length is not announced fills the memory of an authority',
      file: listener,
      find: 'new GatheredOctets(maxBytes)',
      replace: 'new GatheredOctets(Number.MAX_SAFE_INTEGER)',
      test: node('refuses a body beyond the bound, announced or not, without reading it all'),
    },
    {
      name: 'listener-hosts',
      off: 'a request with two fields Host is answered',
      file: listener,
      find: 'return hosts > 1 ? undefined : headers;',
      replace: 'return headers;',
      test: node('refuses two fields Host, and methods that are for proxies'),
    },
    {
      name: 'service-address',
      off: 'an IP address that a server must have is looked for nowhere',
      file: 'packages/trust/src/identity/match-identity.ts',
      find: 'if (address !== undefined) return names.ipAddresses.some((one) => sameBytes(one, address));\n    return entry',
      replace: 'if (address !== undefined) return true;\n    return entry',
      test: {
        file: 'packages/trust/test/identity.test.ts',
        title: 'is an IP address of that list only as iPAddress',
      },
    },
    {
      name: 'service-reason',
      off: 'a misspelt reason reaches the ledger',
      file: opening,
      find: "        demandRevocationReason(reason, 'argument reason of revoke');\n",
      replace: '',
      test: called(
        'refuses a reason that is none before anything is revoked, and revokes and opens afterwards',
      ),
    },
    {
      name: 'service-name-of-another-type',
      off: 'a name that is not a text ends in an error of the platform',
      file: 'packages/pki/src/ground/service-names.ts',
      find: "if (typeof name !== 'string')",
      replace: "if (typeof name === 'undefined')",
      test: called('refuses no name, and a name that is not a text'),
    },
    {
      name: 'service-folder-of-others',
      off: 'a folder that holds something else gets another mode',
      file: 'packages/pki/src/node/own-folder.ts',
      find: '  if ((await readdir(directory)).length > 0) return;\n',
      replace: '',
      test: called(
        'keeps its mode where it holds something else, and is refused where others may write to it',
      ),
    },
    {
      name: 'ledger-line-unreadable',
      off: 'a change is stored that the ledger cannot read again',
      file: 'packages/pki/src/ledger/recording-ledger.ts',
      find: '    refuseUnreadable(record, journal.place);\n',
      replace: '',
      test: {
        file: 'packages/pki/src/ledger/compliance/compliance.test.ts',
        title: 'refuses to record a revocation for a reason that is none, and goes on',
      },
    },
    {
      name: 'sql-reason',
      off: 'a database takes a revocation for a reason that is none',
      file: 'packages/store-sql/src/ports/sql-ledger.ts',
      find: '  demandRevocationReason(revocation.reason, \'"reason" of a revocation\');\n',
      replace: '',
      test: {
        file: 'packages/store-sql/test/sqlite-ledger.test.ts',
        title: 'refuses to record a revocation for a reason that is none, and goes on',
      },
    },
    {
      name: 'folders-without-end',
      off: 'an authority tries for ever to create its folder where nothing can be created',
      file: 'packages/pki/src/node/create-folder.ts',
      find: '  for (const created of await createMissing(resolve(path), mode)) {',
      replace:
        '  await mkdir(path, { recursive: true, mode: 0o700 });\n  for (const created of await createMissing(resolve(path), mode)) {',
      test: {
        file: 'packages/pki/src/node/create-folder.test.ts',
        title: 'ends where nothing can be created, and names the folder: /proc/entente',
      },
    },
    {
      name: 'commands-of-a-network',
      off: 'a program whose root has ended is told to run commands that it does not have',
      file: 'packages/pki/src/node/service/library-remedies.ts',
      find: 'return remedies.get(reason) ?? (',
      replace: 'return remedy ?? (',
      test: {
        file: 'packages/pki/test/service-after-years.test.ts',
        title: 'a program whose root has ended is told what to do, and of no command that it does not have',
      },
    },
  ],
};
