import type { MutationPatch, PatchList } from '../patch.ts';

const inRooms = (title: string): MutationPatch['test'] => ({
  file: 'tooling/applications/rooms.test.ts',
  title,
});
const inChatRooms = (title: string): MutationPatch['test'] => ({
  file: 'packages/chat-room/src/chat-rooms.test.ts',
  title,
});
const inStore = (title: string): MutationPatch['test'] => ({
  file: 'packages/chat-room/test/store.test.ts',
  title,
});
const refuses = inRooms('refuses with the reason');

/** That a room keeps to its members and its bounds, and loses nothing that it has acknowledged. */
export const patches: PatchList = {
  name: 'chat-room',
  list: [
    {
      name: 'type-that-cannot-be-read',
      off: 'a room keeps and sends a text whose type clients cannot read',
      file: 'packages/chat-room/src/chat-rooms.ts',
      find: "if (!parseMediaType(contentType ?? '').ok) return refusals.body('a Content-Type that cannot be read');",
      replace: '',
      test: {
        file: 'packages/chat-room/src/chat-rooms.test.ts',
        title:
          'keep no text whose type cannot be read, which a client of a member would refuse: text/plain;x="',
      },
    },
    {
      name: 'members-alone',
      off: 'anybody writes to a room',
      file: 'packages/chat-room/src/chat-rooms.ts',
      find: "if (!isMember && !(room.isOpen && command?.kind === 'join'))",
      replace: 'if (address === author)',
      test: refuses,
    },
    {
      name: 'lost-rooms',
      off: 'a chat server whose database is gone makes an empty one, and says that its log is missing',
      file: 'packages/chat-room/src/store/open-rooms.ts',
      find: '    await refuseLost(file);\n',
      replace: '',
      test: {
        file: 'packages/chat-room/test/store.test.ts',
        title: 'is not begun without a word where the database was and is missing or empty, but on purpose',
      },
    },
    {
      name: 'lost-log',
      off: 'a chat server whose database has lost its log before it was first copied begins without members',
      file: 'packages/chat-room/src/store/open-rooms.ts',
      find: '    await refuseEmptied(file, await driver.schemaVersion());\n',
      replace: '',
      test: inStore('is not begun without a word where the log is gone that had all of it'),
    },
    {
      name: 'moderators-alone',
      off: 'every member changes who the members are',
      file: 'packages/chat-room/src/room/room-commands.ts',
      find: "if (room.roleOf(sender) !== 'moderator') return refusals.notModerator(sender, room.address);",
      replace: '',
      test: inRooms('does what moderators and members ask, and keeps it'),
    },
    {
      name: 'named-moderators',
      off: 'a moderator removes whom the configuration names',
      file: 'packages/chat-room/src/room/room-commands.ts',
      find: 'room.isNamed(address) && address !== sender',
      replace: 'false',
      test: inChatRooms(
        'keep those whom the configuration names: another moderator removes none of them, and they may leave',
      ),
    },
    {
      name: 'private-senders',
      off: 'a sender with Privacy is named to the members',
      file: 'packages/chat-room/src/chat-rooms.ts',
      find: 'if (sender.isPrivate) return refusals.anonymous();',
      replace: '',
      test: refuses,
    },
    {
      name: 'rooms-among-each-other',
      off: 'two rooms that are members of each other send a message round for ever',
      file: 'packages/chat-room/src/chat-rooms.ts',
      find: 'if (request.has(messageIdHeader)) return refusals.fromRoom();',
      replace: '',
      test: refuses,
    },
    {
      name: 'message-size',
      off: 'a message may have any size',
      file: 'packages/chat-room/src/chat-rooms.ts',
      find: 'return request.bodyLength > most ? refusals.tooLong(request.bodyLength, most) : undefined;',
      replace: 'return undefined;',
      test: refuses,
    },
    {
      name: 'room-size',
      off: 'a room may have any number of members',
      file: 'packages/chat-room/src/room/room-commands.ts',
      find: 'if (isNew && room.size + room.arriving.size >= bounds.maxMembers)',
      replace: 'if (room.size > Number.MAX_SAFE_INTEGER)',
      test: refuses,
    },
    {
      name: 'rate-of-a-member',
      off: 'a member sends as much as it likes',
      file: 'packages/chat-room/src/chat-rooms.ts',
      find: 'if (!room.rate.take(author, clock.now())) return refusals.rate(author);',
      replace: '',
      test: inRooms('refuses a member who sends more than others, and nobody else'),
    },
    {
      name: 'rate-of-who-comes-back',
      off: 'who leaves and joins again may send as much at once as before',
      file: 'packages/chat-room/src/room/room.ts',
      find: 'this.#members.delete(address);',
      replace: 'this.#members.delete(address); this.rate.take(address, Number.MAX_SAFE_INTEGER);',
      test: inChatRooms('count what somebody sends through leaving and joining again, and joining itself'),
    },
    {
      name: 'size-of-the-database',
      off: 'the database grows until the disk is full',
      file: 'packages/chat-room/src/chat-rooms.ts',
      find: 'if (await this.#isFull()) return refusals.storageFull(bounds.maxBytes);',
      replace: '',
      test: inRooms(
        'refuses messages while its database is as large as it may be, or too many deliveries wait',
      ),
    },
    {
      name: 'deliveries-that-wait',
      off: 'any number of deliveries waits in memory',
      file: 'packages/chat-room/src/chat-rooms.ts',
      find: 'const free = bounds.maxPending - deliveries.pending - this.#storing.all;',
      replace: 'const free = Number.MAX_SAFE_INTEGER;',
      test: inRooms(
        'refuses messages while its database is as large as it may be, or too many deliveries wait',
      ),
    },
    {
      name: 'deliveries-that-are-stored',
      off: 'messages that come at once are more than the deliveries that may wait',
      file: 'packages/chat-room/src/chat-rooms.ts',
      find: 'this.#storing.add(room.address, members.length);',
      replace: 'this.#storing.add(room.address, 0);',
      test: inChatRooms('take no more deliveries than may wait, also of messages that come at once'),
    },
    {
      name: 'share-of-a-room',
      off: 'one room whose members answer nothing keeps every other room from taking messages',
      file: 'packages/chat-room/src/chat-rooms.ts',
      find: 'waiting + more > free ?',
      replace: 'more > free ?',
      test: inChatRooms(
        'have as many deliveries that wait as are free for all: one whose members answer nothing refuses, and others go on',
      ),
    },
    {
      name: 'nearly-full-is-seen',
      off: 'health says nothing of a chat server that is full of deliveries that wait',
      file: 'packages/chat-room/src/problems.ts',
      find: 'if (rooms.isNearlyFull)',
      replace: 'if (!rooms.isNearlyFull && fault !== undefined)',
      test: {
        file: 'packages/chat-room/src/problems.test.ts',
        title:
          'are a store that cannot be written, which stops it, with what it said, and too many deliveries that wait, which do not',
      },
    },
    {
      name: 'members-are-ours',
      off: 'a moderator fills a room with addresses of partners that do not answer',
      file: 'packages/chat-room/src/chat-rooms.ts',
      find: '!this.#rooms.has(address) && options.isOurs(address)',
      replace: '!this.#rooms.has(address)',
      test: inChatRooms(
        'have users of the organisation as members alone: /add with another domain is refused',
      ),
    },
    {
      name: 'members-are-not-rooms',
      off: 'a room is its own member',
      file: 'packages/chat-room/src/chat-rooms.ts',
      find: '!this.#rooms.has(address) && options.isOurs(address)',
      replace: 'options.isOurs(address)',
      test: inChatRooms(
        'have users of the organisation as members alone: /add with the room itself is refused',
      ),
    },
    {
      name: 'members-have-addresses-of-accounts',
      off: 'a room has members at addresses that no account can have',
      file: 'packages/chat-room/src/room/room-commands.ts',
      find: 'const parsed = parseAccountAddress(text);',
      replace: 'const parsed = { ok: true as const, value: { address: text } };',
      test: inChatRooms(
        'have users of the organisation as members alone: /add with control characters is refused',
      ),
    },
    {
      name: 'members-that-arrive',
      off: 'members that join at once are more than a room may have',
      file: 'packages/chat-room/src/room/room-commands.ts',
      find: 'if (isNew) room.arriving.add(address);',
      replace: '',
      test: inChatRooms('take no more members than a room may have, also of those that join at once'),
    },
    {
      name: 'durable-before-acknowledged',
      off: 'a message is acknowledged before it is on the disk',
      file: 'packages/chat-room/src/chat-rooms.ts',
      find: 'const { id, isNew, number } = await store.addMessage(message, members, bounds.maxHistory);',
      replace:
        'const [{ id, isNew, number }] = [{ ...message, isNew: false, number: 0 }]; setTimeout(() => void store.addMessage(message, members, bounds.maxHistory), 60_000);',
      test: {
        file: 'tooling/applications/killed.test.ts',
        title:
          'a room that is killed while messages are under way delivers every acknowledged one after its restart, each with one id',
      },
    },
    {
      name: 'same-request-twice',
      off: 'a request that comes again is a second message',
      file: 'packages/chat-room/src/store/schema.ts',
      find: "'CREATE UNIQUE INDEX messages_by_source ON messages (room, source)',",
      replace: "'CREATE UNIQUE INDEX messages_by_source ON messages (room, source, id)',",
      test: {
        file: 'packages/chat-room/test/store.test.ts',
        title: 'takes a request that comes again for the same message',
      },
    },
    {
      name: 'undelivered-stay',
      off: 'old messages are removed before they are delivered',
      file: 'packages/chat-room/src/store/old-messages.ts',
      find: "'NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.message = m.number AND d.status IS NULL)';",
      replace: "'1 = 1';",
      test: {
        file: 'packages/chat-room/test/store.test.ts',
        title:
          'removes the oldest messages beyond those that a room keeps, and none that is still to be delivered',
      },
    },
    {
      name: 'old-messages-of-each-room',
      off: 'a room whose messages take turns with those of another keeps all of them',
      file: 'packages/chat-room/src/store/old-messages.ts',
      find: 'if (since >= pruneEvery) this.#since.set(room, 0);',
      replace: 'if (since >= pruneEvery) for (const other of this.#since.keys()) this.#since.set(other, 0);',
      test: inStore(
        'keeps of each room what that one keeps, whichever rooms take turns with it, and after a restart',
      ),
    },
    {
      name: 'old-messages-after-a-restart',
      off: 'each restart lets a room have messages beyond what it keeps',
      file: 'packages/chat-room/src/store/old-messages.ts',
      find: 'if (before !== undefined && since < pruneEvery) return;',
      replace: 'if (since < pruneEvery) return;',
      test: inStore(
        'keeps of each room what that one keeps, whichever rooms take turns with it, and after a restart',
      ),
    },
    {
      name: 'full-for-ever',
      off: 'a room whose history fills the database keeps all rooms from taking messages, for ever',
      file: 'packages/chat-room/src/chat-rooms.ts',
      find: 'if ((await this.#makeRoom()) === 0) break;',
      replace: 'break;',
      test: inChatRooms(
        'that fill the database give up their own history, the largest first, and keep nobody out for ever',
      ),
    },
    {
      name: 'largest-room-first',
      off: 'a room that fills the database makes others lose their history',
      file: 'packages/chat-room/src/store/old-messages.ts',
      find: 'DESC LIMIT 1`;',
      replace: 'ASC LIMIT 1`;',
      test: inChatRooms(
        'that fill the database give up their own history, the largest first, and keep nobody out for ever',
      ),
    },
    {
      name: 'kept-of-a-request',
      off: 'a client fills the database with its Call-ID',
      file: 'packages/chat-room/src/chat-rooms.ts',
      find: 'source: sourceOf(author, request),',
      replace: "source: [author, request.callId, request.cseq.sequence].join(' '),",
      test: inChatRooms('keep of a request no more than its body and fields of bounded length'),
    },
  ],
};
