import type { PatchList } from '../patch.ts';

export const patches: PatchList = {
  name: 'chat-room',
  list: [
    {
      name: 'members-alone',
      off: 'anybody writes to a room',
      file: 'packages/chat-room/src/',
      find: "if (!isMember && !(room.isOpen && command?.kind === 'join'))",
      replace: 'if (address === author)',
      test: { file: 'tooling/scenarios/applications/rooms.test.ts', title: 'refuses with the reason' },
    },
    {
      name: 'moderators-alone',
      off: 'every member changes who the members are',
      file: 'packages/chat-room/src/',
      find: "if (room.roleOf(sender) !== 'moderator') return refusals.notModerator(sender, room.address);",
      replace: '',
      test: {
        file: 'tooling/scenarios/applications/rooms.test.ts',
        title: 'does what moderators and members ask, and keeps it',
      },
    },
  ],
};
