import type { PatchList } from '../patch.ts';

/** Orders of the machine to a server that runs on it. */
export const patches: PatchList = {
  name: 'local-orders',
  list: [
    {
      name: 'silent-authority',
      off: 'entente ca backup waits for ever for an authority that was stopped and not ended',
      file: 'packages/host/src/local-orders/send-local-order.ts',
      find: 'const isSilent = endWhenSilent(socket, after);',
      replace: 'const isSilent = () => endWhenSilent(socket, after)();',
      test: {
        file: 'packages/host/src/local-orders/silent-server.test.ts',
        title: 'is given up after 60 seconds without a sign of life, and says what to do',
      },
    },
    {
      name: 'signs-of-life',
      off: 'a backup that takes longer than a minute is given up',
      file: 'packages/host/src/local-orders/serve-local-orders.ts',
      find: "socket.write(' ');",
      replace: '',
      test: {
        file: 'packages/host/src/local-orders/silent-server.test.ts',
        title: 'is waited for as long as the server shows that it lives, each time 60 seconds more',
      },
    },
    {
      name: 'each-sign-counts',
      off: 'a backup that takes longer than a minute is given up although the authority works on it',
      file: 'packages/host/src/local-orders/send-local-order.ts',
      find: "socket.on('data', () => {",
      replace: "socket.once('close', () => {",
      test: {
        file: 'packages/host/src/local-orders/silent-server.test.ts',
        title: 'is waited for as long as the server shows that it lives, each time 60 seconds more',
      },
    },
    {
      name: 'older-copy',
      off: 'an older copy of the folder of a running authority is backed up as the stopped authority',
      file: 'packages/commands/src/commands/ca-backup.ts',
      find: '  await refuseWhereItRunsElsewhere(names);\n',
      replace: '',
      test: {
        file: 'packages/commands/test/backup-of-a-copy.test.ts',
        title:
          'entente ca backup refuses a folder that was put in the place of the one with which the authority runs',
      },
    },
    {
      name: 'other-program-at-the-port',
      off: 'a stopped authority is not backed up while another program listens at its port',
      file: 'packages/commands/src/authority/runs-elsewhere.ts',
      find: '  if (!leadsTo(root, chain) && !isNamedAsOurs(chain[0], hostname, domain)) return;\n',
      replace: '',
      test: {
        file: 'packages/commands/test/backup-of-a-copy.test.ts',
        title: 'entente ca backup takes a stopped authority also where another program listens at its port',
      },
    },
    {
      name: 'copy-of-before-a-root',
      off: 'a command writes into a copy of the folder of before the root was changed',
      file: 'packages/commands/src/authority/runs-elsewhere.ts',
      find: ' && !isNamedAsOurs(chain[0], hostname, domain)',
      replace: '',
      test: {
        file: 'packages/commands/test/backup-of-a-copy.test.ts',
        title: 'a copy from before a change of the root is recognised by the names of the running authority',
      },
    },
    {
      name: 'held-with-this-folder',
      off: 'an authority that has lost its socket is said to run with another folder',
      file: 'packages/commands/src/authority/runs-elsewhere.ts',
      find: '  if (await isHeld(join(directory, databaseFile))) return;\n',
      replace: '',
      test: {
        file: 'packages/commands/test/backup-of-a-copy.test.ts',
        title:
          'an authority that runs with the folder and has lost its socket does not count as one that runs elsewhere',
      },
    },
    {
      name: 'change-of-a-copy',
      off: 'certificates and requests of the root are written into an older copy of the folder of a running authority',
      file: 'packages/commands/src/authority/runs-elsewhere.ts',
      find: '  await refuseWhereItRunsElsewhere(names);\n',
      replace: '',
      test: {
        file: 'packages/commands/test/backup-of-a-copy.test.ts',
        title: 'a copy from before a change of the root is recognised by the names of the running authority',
      },
    },
    {
      name: 'missing-socket',
      off: 'a running authority without its socket counts as one that was not stopped, and nothing says that the socket is missing',
      file: 'packages/commands/src/authority/open-stopped.ts',
      find: 'if (!isLocked || !(await isMissing(place))) throw cause;',
      replace: 'if (!isLocked || place !== undefined) throw cause;',
      test: {
        file: 'packages/commands/test/backup-without-socket.test.ts',
        title: 'entente ca backup says that the socket of a running authority is missing, and what to do',
      },
    },
  ],
};
