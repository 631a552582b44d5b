import type { PatchList } from '../patch.ts';

const plain = 'packages/pki/src/node/read-plain.ts';
const post = 'packages/authority/src/rollover/root-post.test.ts';
const upkeep = 'packages/authority/src/upkeep.test.ts';

/** What is read of what somebody brings or sends, and what goes on where a part of the work of an authority does not. */
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
    {
      name: 'brought-meanwhile',
      off: 'an answer of the root that is brought while another one is examined is lost',
      file: 'packages/authority/src/rollover/root-post.ts',
      find: 'else await folder.move(files.taken, files.refused);',
      replace: 'else await folder.move(files.taken, files.refused).then(() => folder.remove(files.answer));',
      test: { file: post, title: 'has its turn where it is brought while another one is examined' },
    },
    {
      name: 'brought-before-a-crash',
      off: 'an answer of the root that was being examined at a crash is given up for the next one',
      file: 'packages/authority/src/rollover/root-post.ts',
      find: 'if (left === undefined && !(await',
      replace: 'if (!(await',
      test: { file: post, title: 'is examined again after a crash, before another one' },
    },
    {
      name: 'quoted-records',
      off: 'a text in the audit trail can look like a record on a line of its own',
      file: 'packages/commands/src/authority/audit.ts',
      find: 'if (plain.test(text)) return text;',
      replace: 'if (plain.test(text) || text !== "") return text;',
      test: {
        file: 'packages/commands/src/authority/audit.test.ts',
        title: 'quotes what somebody has chosen, and shows in it no spaces that begin another line',
      },
    },
    {
      name: 'root-of-its-key',
      off: 'a server that joins takes any certificate for its root in which somebody has written the pinned key',
      file: 'packages/pki/src/client/pinned-root.ts',
      find: 'isSignedBy(certificate, certificate),',
      replace: 'rootSpkiHash.length > 0,',
      test: {
        file: 'packages/pki/test/enrolment-client.test.ts',
        title:
          'takes no certificate that has the pinned key and was not signed with it: anybody can write one',
      },
    },
    {
      name: 'root-deadline',
      off: 'a server that joins waits for the root as long as a byte comes now and then',
      file: 'packages/member/src/join/pinned-root.ts',
      find: 'const late = setTimeout(',
      replace: 'const late = ((..._: unknown[]) => undefined)(',
      test: {
        file: 'packages/member/test/pinned-root.test.ts',
        title:
          'a server that joins does not wait for ever for the root, not even where a byte comes now and then',
      },
    },
    {
      name: 'any-of-the-tags',
      off: 'who has an object under another form of its tag gets it whole',
      file: 'packages/pki/src/publication/if-none-match.ts',
      find: 'if (one === tag) return true;',
      replace: "if (header.startsWith('\"') && !header.includes(',') && one === tag) return true;",
      test: {
        file: 'packages/pki/src/publication/if-none-match.test.ts',
        title: 'who says so of any of several tags, of a weak one, or of whatever there is, and no others',
      },
    },
    {
      name: 'file-for-a-device',
      off: 'a command whose answer should go to /dev/null puts a file in the place of that',
      file: 'packages/pki/src/node/write-whole.ts',
      find: 'await refuseDevice(path);',
      replace: '',
      test: {
        file: 'packages/pki/src/node/write-whole.test.ts',
        title: 'is not replaced by one: /dev/null neither, nor a pipe',
      },
    },
  ],
};
