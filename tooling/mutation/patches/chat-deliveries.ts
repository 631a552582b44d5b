import type { MutationPatch, PatchList } from '../patch.ts';

const inRooms = (title: string): MutationPatch['test'] => ({
  file: 'tooling/applications/rooms.test.ts',
  title,
});
const inDeliveries = (title: string): MutationPatch['test'] => ({
  file: 'packages/chat-room/src/delivery/deliveries.test.ts',
  title,
});
const inSlow = (title: string): MutationPatch['test'] => ({
  file: 'packages/chat-room/src/delivery/slow-members.test.ts',
  title,
});

/** That what a room owes comes to each member, and that no member takes the places of others. */
export const patches: PatchList = {
  name: 'chat-deliveries',
  list: [
    {
      name: 'age-before-a-restart',
      off: 'each restart gives what no member takes another hour',
      file: 'packages/chat-room/src/delivery/deliveries.ts',
      find: 'this.#options.steadyNow() - triedMs;',
      replace: 'this.#options.steadyNow();',
      test: inDeliveries('end once they have been tried for long enough before a restart and after it'),
    },
    {
      name: 'age-in-the-store',
      off: 'after a restart each delivery is as old as all that the server has ever run',
      file: 'packages/chat-room/src/store/operations.ts',
      find: '(SELECT ms FROM run_time)) ON',
      replace: '0) ON',
      test: {
        file: 'packages/chat-room/test/store.test.ts',
        title:
          'knows for how long a server has run since each message that is still to be delivered, also after a restart',
      },
    },
    {
      name: 'run-time-is-stored',
      off: 'a server that is killed forgets for how long it has tried',
      file: 'packages/chat-room/src/delivery/run-time.ts',
      find: 'this.#cancel = this.#again();\n      void',
      replace: 'void',
      test: {
        file: 'packages/chat-room/src/delivery/run-time.test.ts',
        title:
          'stores for how long a server runs each minute and at its end, with what could not be stored before',
      },
    },
    {
      name: 'answers-while-stopping',
      off: 'what is answered while a server stops is sent again at its next start',
      file: 'packages/chat-room/src/delivery/deliveries.ts',
      find: 'if (transient.has(status) && (this.#isStopped || steadyNow() - since <= bounds.deliverForMs)) {',
      replace:
        'if (this.#isStopped || (transient.has(status) && steadyNow() - since <= bounds.deliverForMs)) {',
      test: inDeliveries(
        'that are answered while they are stopped are recorded; what is not answered stays owed',
      ),
    },
    {
      name: 'age-by-the-clock',
      off: 'what a room owes is given up at the first silence after a long stop',
      file: 'packages/chat-room/src/delivery/deliveries.ts',
      find: 'steadyNow() - since <= bounds.deliverForMs',
      replace: 'this.#options.clock.now() - message.sentAt <= bounds.deliverForMs',
      test: inDeliveries(
        'go on for as long as ever after a start, however old a message is by then, and whatever the clock is set to',
      ),
    },
    {
      name: 'owed-to-one-member',
      off: 'a few members who answer nothing keep everybody from sending, in every room',
      file: 'packages/chat-room/src/delivery/deliveries.ts',
      find: 'owed >= this.#options.bounds.maxOwed',
      replace: 'owed < 0',
      test: inDeliveries(
        'for one member are so many in all rooms together: what is more is given up, and is no room of others',
      ),
    },
    {
      name: 'replies-of-a-member',
      off: 'a member asks for the history again and again, and takes none of it',
      file: 'packages/chat-room/src/delivery/replies.ts',
      find: "if (underWay >= mostRepliesOfMember) return 'under-way';",
      replace: '',
      test: inRooms('refuses commands of a member who takes no answers, while the room goes on'),
    },
    {
      name: 'part-that-is-refused',
      off: 'one message that a client cannot read ends the history of its member',
      file: 'packages/chat-room/src/delivery/replies.ts',
      find: 'if (status >= 300 && !isOfPart(status)) return;',
      replace: 'if (status >= 300) return;',
      test: {
        file: 'packages/chat-room/src/delivery/replies.test.ts',
        title: 'go on behind a part that the member refuses: 400',
      },
    },
    {
      name: 'parts-of-nobody',
      off: 'a whole history is sent to a member who is not there',
      file: 'packages/chat-room/src/delivery/replies.ts',
      find: ' && !ofNobody.has(status)',
      replace: '',
      test: {
        file: 'packages/chat-room/src/delivery/replies.test.ts',
        title: 'end with the first part that is not taken, because nobody is there: 480',
      },
    },
    {
      name: 'parts-of-replies',
      off: 'a few commands make the servers send each device of a member thousands of messages',
      file: 'packages/chat-room/src/delivery/replies.ts',
      find: 'this.#options.steadyNow(), replies.length)',
      replace: 'this.#options.steadyNow(), 1)',
      test: {
        file: 'packages/chat-room/src/delivery/replies.test.ts',
        title:
          'have so many parts a minute to each member, of all rooms together, however few commands ask for them',
      },
    },
    {
      name: 'member-of-many-rooms',
      off: 'one member takes every place by being in many rooms',
      file: 'packages/chat-room/src/delivery/deliveries.ts',
      find: 'if ((this.#taken.get(member) ?? 0) < most) return true;',
      replace: 'if (most > 0) return true;',
      test: inDeliveries(
        'to one member take one place of sixteen, in all rooms together: who falls silent in many rooms holds nobody else up',
      ),
    },
    {
      name: 'silent-members',
      off: 'members who answer nothing take every place, so that nobody else gets anything',
      file: 'packages/chat-room/src/delivery/deliveries.ts',
      find: 'if (this.#slowMembers.has(member)) this.#slow.add(queue);\n    else ',
      replace: '',
      test: inDeliveries(
        'to members who do not answer take a quarter of the places, in all rooms together, and hold nobody else up',
      ),
    },
    {
      name: 'late-answers',
      off: 'members who answer each message after half a minute take every place',
      file: 'packages/chat-room/src/delivery/slow-members.ts',
      find: 'tookMs >= lateMs ?',
      replace: 'tookMs < 0 ?',
      test: inSlow(
        'come to others also where as many members as there are places answer 200 late, each time',
      ),
    },
    {
      name: 'late-each-second-time',
      off: 'members who answer each second message at once take every place with the others',
      file: 'packages/chat-room/src/delivery/slow-members.ts',
      find: '(slow.isSilent || this.#steadyNow() < slow.until)',
      replace: 'slow.isSilent',
      test: inSlow(
        'come to others also where as many members as there are places answer late each second time',
      ),
    },
    {
      name: 'slow-members-that-are-remembered',
      off: 'memory grows with each member who was ever slow',
      file: 'packages/chat-room/src/delivery/slow-members.ts',
      find: 'if (this.#slow.size >= maxSlow)',
      replace: 'if (this.#slow.size < 0)',
      test: inSlow('and remembered with so many others: the one that was slow longest ago is forgotten'),
    },
    {
      name: 'silent-members-have-no-more-than-a-part',
      off: 'with one place, each second delivery waits for a member who does not answer',
      file: 'packages/chat-room/src/delivery/deliveries.ts',
      find: ' && concurrency >= slowPart;',
      replace: ';',
      test: inDeliveries(
        'to members who did not answer wait for the others where there are too few places for a part of them',
      ),
    },
    {
      name: 'silent-members-have-turns',
      off: 'a member who did not answer once gets nothing more while others always have something to get',
      file: 'packages/chat-room/src/delivery/deliveries.ts',
      find: '(ready === undefined || takesTurns)',
      replace: 'ready === undefined',
      test: inDeliveries(
        'to members who did not answer take turns with the others, who want every place all the time',
      ),
    },
    {
      name: 'who-has-left',
      off: 'somebody who was removed from a room is sent what was said before',
      file: 'packages/chat-room/src/delivery/deliveries.ts',
      find: 'if (!isMember(room, member)) return gone;',
      replace: '',
      test: inDeliveries('reach nobody who has left, and end for a message that is gone'),
    },
    {
      name: 'places-of-tardy-members',
      off: 'members who answer just before they are slow take the places of all others',
      file: 'packages/chat-room/src/delivery/deliveries.ts',
      find: 'return this.#tardyRunning * 2 < this.#running ? tardy : soon;',
      replace: 'return tardy;',
      test: inSlow(
        'come to others also where so many members answer just before they are slow that they want every place',
      ),
    },
    {
      name: 'places-while-recording',
      off: 'a slow disk holds the places of deliveries, so that members wait for it',
      file: 'packages/chat-room/src/delivery/deliveries.ts',
      find: 'if (!hasRoom) await recorded;',
      replace: 'await recorded;',
      test: inDeliveries(
        'take no place while what became of them is being recorded, of so many: a slow disk holds up no member',
      ),
    },
    {
      name: 'deliveries-being-recorded',
      off: 'any number of deliveries waits for a slow disk to record them',
      file: 'packages/chat-room/src/delivery/deliveries.ts',
      find: 'if (!hasRoom) await recorded;',
      replace: '',
      test: inDeliveries(
        'take no place while what became of them is being recorded, of so many: a slow disk holds up no member',
      ),
    },
  ],
};
