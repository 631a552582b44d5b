import type { PatchList } from '../patch.ts';

export const patches: PatchList = {
  name: 'application',
  list: [
    {
      name: 'address-of-the-application',
      off: 'an application takes what is for others',
      file: 'packages/application/src/',
      find: 'if (address !== undefined && isOwnAddress(topology(), fqdn, address)) return undefined;',
      replace: 'if (address !== undefined) return undefined;',
      test: {
        file: 'tooling/scenarios/applications/uninvited.test.ts',
        title: 'are refused by an application for an address that is not its own',
      },
    },
  ],
};
