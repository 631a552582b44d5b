import type { PatchList } from '../patch.ts';

/** What is said of the folder of an authority before it is started. */
export const patches: PatchList = {
  name: 'authority-folder',
  list: [
    {
      name: 'checked-with-the-configuration',
      off: 'the configuration of an authority is valid whose folder does not exist',
      file: 'packages/pki/src/node/check-authority-folder.ts',
      find: 'if (!(await folder.exists(authorityFiles.rootCertificate))) await IssuerStore.open(folder);',
      replace: 'void folder;',
      test: {
        file: 'packages/pki/src/node/check-authority-folder.test.ts',
        title: 'is there, and has an authority; nothing is written',
      },
    },
    {
      name: 'written-by-this-user',
      off: 'the configuration of an authority is valid that cannot write into its folder',
      file: 'packages/pki/src/node/check-authority-folder.ts',
      find: 'mayAccess(directory, constants.W_OK)',
      replace: 'mayAccess(directory, constants.R_OK)',
      test: {
        file: 'packages/pki/src/node/check-authority-folder.test.ts',
        title: 'can be written by this user',
      },
    },
    {
      name: 'keys-of-the-authority',
      off: 'the configuration of an authority is valid whose keys are missing, or may be read by others',
      file: 'packages/pki/src/node/check-authority-folder.ts',
      find: '  await IssuerStore.open(folder);\n  await readSecret(',
      replace: '  await readSecret(',
      test: {
        file: 'packages/pki/src/node/check-authority-folder.test.ts',
        title: 'has the keys of its certificates, which no other user may read',
      },
    },
    {
      name: 'key-of-the-server',
      off: 'the configuration of an authority is valid whose own key others may read',
      file: 'packages/pki/src/node/check-authority-folder.ts',
      find: '  await readSecret(folder.pathOf(authorityFiles.serverKey), maxKeyBytes);\n',
      replace: '  void readSecret;\n',
      test: {
        file: 'packages/pki/src/node/check-authority-folder.test.ts',
        title: 'has the keys of its certificates, which no other user may read',
      },
    },
    {
      name: 'ledger-of-the-authority',
      off: 'the configuration of an authority is valid whose database is lost',
      file: 'packages/pki/src/node/check-authority-folder.ts',
      find: 'await checkLedger(directory);',
      replace: 'void checkLedger;',
      test: {
        file: 'packages/pki/src/node/check-authority-folder.test.ts',
        title: 'has the ledger that it needs, as far as that is seen from outside',
      },
    },
  ],
};
