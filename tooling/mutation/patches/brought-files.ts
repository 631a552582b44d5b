import type { PatchList } from '../patch.ts';

const plain = 'packages/pki/src/node/read-plain.ts';
const post = 'packages/authority/src/rollover/root-post.test.ts';
const upkeep = 'packages/authority/src/upkeep.test.ts';

/** What is read of the files that somebody brings to an authority, and what goes on where a part of its work does not. */
export const patches: PatchList = {
  name: 'brought-files',
  list: [
    {
      name: 'brought-link',
      off: 'a link in the place of an answer of the root is followed',
      file: plain,
      find: 'constants.O_RDONLY | constants.O_NOFOLLOW |',
      replace: 'constants.O_RDONLY |',
      test: {
        file: post,
        title: 'is refused where it is a link, and what that leads to is copied nowhere',
      },
    },
    {
      name: 'brought-pipe',
      off: 'anything that can be opened is read as an answer of the root',
      file: plain,
      find: 'if (!status.isFile())',
      replace: 'if (status.isDirectory())',
      test: { file: post, title: 'is not waited for where it is a pipe that nobody writes to' },
    },
    {
      name: 'brought-length',
      off: 'an answer of the root of any length is read whole',
      file: plain,
      find: 'if (status.size > maxBytes)',
      replace: 'if (status.size < 0)',
      test: { file: post, title: 'is not read where it is longer than an answer can be' },
    },
    {
      name: 'upkeep-goes-on',
      off: 'one part of the periodic work that fails keeps the later ones from being done',
      file: 'packages/authority/src/each-step.ts',
      find: 'onFault(fault as Error);',
      replace: 'onFault(fault as Error);\n      break;',
      test: {
        file: upkeep,
        title: 'is done to its end where parts of it fail: each is in the log, and the first in the health',
      },
    },
    {
      name: 'upkeep-ends',
      off: 'periodic work that does not end is well',
      file: 'packages/authority/src/upkeep.ts',
      find: 'clock.now() - began <= longestMs',
      replace: 'clock.now() >= began',
      test: { file: upkeep, title: 'is in the health where it has not ended after five minutes' },
    },
  ],
};
