import type { PatchList } from '../patch.ts';

const commands = 'packages/commands/src';

/** Remedies that lead to what helps, and to nothing that costs more. */
export const patches: PatchList = {
  name: 'remedies',
  list: [
    {
      name: 'ended-administrator',
      off: 'an administrator whose certificate has ended is led to what is done for a lost key, and at the last to a new network',
      file: `${commands}/authority/connect-authority.ts`,
      find: '  return notAfter <= now\n',
      replace: '  return notAfter <= 0\n',
      test: {
        file: `${commands}/authority/refused-us.test.ts`,
        title: 'an administrator whose certificate has ended is told what can be seen of it',
      },
    },
  ],
};
