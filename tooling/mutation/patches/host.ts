import type { PatchList } from '../patch.ts';

export const patches: PatchList = {
  name: 'host',
  list: [
    {
      name: 'management-address',
      off: 'anybody reads how a server is',
      file: 'packages/host/src/',
      find: "inside.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')",
      replace: "inside.check(address, isIPv6(address) ? 'ipv6' : 'ipv4') || address !== ''",
      test: {
        file: 'packages/host/src/management/answer-management.test.ts',
        title: 'is never 0.0.0.0: no public address, not every address, no name',
      },
    },
    {
      name: 'orders-for-the-owner',
      off: 'everybody on the machine may send commands to the authority',
      file: 'packages/host/src/',
      find: 'const umask = process.umask(othersMask);',
      replace: 'const umask = process.umask(othersMask & 0);',
      test: {
        file: 'packages/host/src/local-orders/local-orders.test.ts',
        title: 'are taken from its owner alone from the first moment of the socket, whatever the umask is',
      },
    },
    {
      name: 'permissions-of-a-plugin',
      off: 'a policy reads the key of the server',
      file: 'packages/host/src/',
      find: '...[...readable].map(',
      replace: "...[...readable, '*'].map(",
      test: {
        file: 'packages/host/src/plugins/own-process.test.ts',
        title:
          'may read nothing but its modules, run no program, and has nothing of the environment of the server',
      },
    },
  ],
};
