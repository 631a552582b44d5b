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
  ],
};
