import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApplicationMessage, Refusal } from '@entente/application';
import { createRequest, edit } from '@entente/sip';
import { createTestLog, StepClock } from '@entente/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inThisThread } from '../test/in-this-thread.ts';
import { type ChatBounds, defaultChatBounds } from './bounds.ts';
import { ChatRooms } from './chat-rooms.ts';
import { Deliveries } from './delivery/deliveries.ts';
import { messageIdHeader } from './headers.ts';
import { RoomStore } from './room-store/room-store.ts';

const lobby = 'lobby@chat.contoso.example';
const quiet = 'quiet@chat.contoso.example';
let folder: string;
let store: RoomStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-chat-rooms-'));
  store = await RoomStore.open(join(folder, 'rooms.sqlite'), { start: inThisThread(), maxChanges: 20 });
});
afterEach(async () => {
  await store[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Rooms whose members answer nothing, so that what is delivered stays under way. */
async function start(
  moderators: readonly string[],
  changed: Partial<ChatBounds>,
  replied: 'begun' | 'under-way' | 'too-many' = 'begun',
) {
  const bounds = { ...defaultChatBounds, ...changed };
  const clock = new StepClock(1_000_000);
  const log = createTestLog();
  const deliveries: Deliveries = new Deliveries({
    store,
    send: () => new Promise(() => {}),
    isMember: (room, address) => rooms.isMember(room, address),
    bounds,
    clock,
    steadyNow: () => clock.now(),
    log,
  });
  const rooms: ChatRooms = new ChatRooms({
    rooms: [lobby, quiet].map((address) => ({ address, moderators, isOpen: true })),
    store,
    deliveries,
    bounds,
    clock,
    log,
    isOurs: (address) => /@(?:chat\.)?contoso\.example$/.test(address),
    reply: () => replied,
  });
  await rooms.load();
  return { rooms, deliveries };
}

let calls = 0;
function messageOf(name: string, text: string, to = lobby, callId = `call${++calls}`): ApplicationMessage {
  const address = `${name}@contoso.example`;
  const request = createRequest({
    method: 'MESSAGE',
    uri: `sip:${to}`,
    from: `<sip:${address}>;tag=1`,
    to: `<sip:${to}>`,
    callId,
    cseq: 1,
    contentType: 'text/plain',
    body: text,
  });
  const sender = { address, isPrivate: false, server: 'fe1.contoso.example' };
  return { request, text, sender, from: `sip:${address}`, to: `sip:${to}` } as ApplicationMessage;
}

describe('rooms', () => {
  it('keep those whom the configuration names: another moderator removes none of them, and they may leave', async () => {
    const { rooms } = await start(['alice@contoso.example', 'bob@contoso.example'], {});
    const said = async (name: string, text: string) => (await rooms.receive(messageOf(name, text))).status;
    expect(await said('carol', '/join')).toBe(200);
    expect(await said('alice', '/moderator carol@contoso.example')).toBe(200);
    const refused = await rooms.receive(messageOf('carol', '/remove alice@contoso.example'));
    expect(refused).toMatchObject({ status: 403, reason: 'named-moderator' });
    expect(rooms.rooms[0]?.roleOf('alice@contoso.example')).toBe('moderator');
    expect(await said('alice', '/remove carol@contoso.example')).toBe(200);
    expect(await said('bob', '/leave')).toBe(200);
    expect(rooms.rooms[0]?.size).toBe(1);
  });

  it.each([
    ['another domain', 'mallory@fabrikam.example'],
    ['a subdomain', 'mallory@sub.contoso.example'],
    ['the room itself', lobby],
    ['another room', quiet],
    ['control characters', 'a%0d%0aX-Y@contoso.example'],
    ['a space', 'a%20b@contoso.example'],
    ['a telephone', 'sip:+442079460123@contoso.example;user=phone'],
    ['a header field', 'bob@contoso.example?Subject=x'],
    ['a length that no account has', `${'x'.repeat(5_000)}@contoso.example`],
    ['no user part', 'contoso.example'],
  ])('have users of the organisation as members alone: /add with %s is refused', async (_, address) => {
    const { rooms } = await start(['alice@contoso.example'], {});
    const refused = await rooms.receive(messageOf('alice', `/add ${address}`));
    expect(refused).toMatchObject({ status: 403, reason: 'not-a-user' });
    expect((refused as Refusal).message.length).toBeLessThan(160);
    expect(rooms.rooms[0]?.members).toEqual(['alice@contoso.example']);
  });

  it('refuse with the reason what is not for them, and who may not write or command', async () => {
    const { rooms } = await start(['alice@contoso.example'], {
      burst: 100,
      maxMembers: 1,
      maxMessageBytes: 40,
    });
    const of = (name: string, text: string) => rooms.receive(messageOf(name, text));
    const written = (field: string, value: string) => {
      const message = messageOf('alice', 'x');
      return rooms.receive({ ...message, request: edit(message.request).set(field, value).toMessage() });
    };
    const anonymous = messageOf('alice', 'x');
    const refused: readonly (readonly [number, string, ReturnType<typeof of>])[] = [
      [404, 'unknown-room', rooms.receive(messageOf('alice', 'x', 'other@chat.contoso.example'))],
      [403, 'not-a-member', of('bob', 'x')],
      [413, 'message-too-long', of('alice', 'x'.repeat(41))],
      [415, 'body-not-accepted', written('Content-Type', 'text/html')],
      [415, 'body-not-accepted', written('Content-Encoding', 'gzip')],
      [
        403,
        'anonymous-not-allowed',
        rooms.receive({ ...anonymous, sender: { ...anonymous.sender, isPrivate: true } }),
      ],
      [482, 'from-a-room', written(messageIdHeader, 'x')],
      [400, 'unknown-command', of('alice', '/nonsense')],
      [403, 'room-full', of('alice', '/add b@contoso.example')],
    ];
    for (const [status, reason, answer] of refused) expect(await answer).toMatchObject({ status, reason });
  });

  it('refuse a member who sends more than one may, and nobody else', async () => {
    const { rooms } = await start(['alice@contoso.example', 'bob@contoso.example'], {
      burst: 2,
      perSecond: 0.000001,
    });
    const say = (name: string) => rooms.receive(messageOf(name, 'x'));
    expect([(await say('alice')).status, (await say('alice')).status]).toEqual([200, 200]);
    expect(await say('alice')).toMatchObject({
      status: 480,
      reason: 'rate-exceeded',
      headers: { 'Retry-After': '1' },
    });
    expect((await say('bob')).status).toBe(200);
  });

  it.each([
    ['under-way', '10'],
    ['too-many', '60'],
  ] as const)('refuse a command whose answers are not sent: %s', async (replied, seconds) => {
    const { rooms } = await start(['alice@contoso.example'], {}, replied);
    expect(await rooms.receive(messageOf('alice', '/members'))).toMatchObject({
      status: 480,
      reason: 'rate-exceeded',
      headers: { 'Retry-After': seconds },
    });
  });

  it('take users of the organisation as moderators write them, and applications of it', async () => {
    const { rooms } = await start(['alice@contoso.example'], {});
    for (const address of ['bob@Contoso.example', 'sip:bob@contoso.example', 'bot@chat.contoso.example'])
      expect((await rooms.receive(messageOf('alice', `/add ${address}`))).status).toBe(200);
    expect(rooms.rooms[0]?.members.slice(1)).toEqual(['bob@contoso.example', 'bot@chat.contoso.example']);
  });

  it('take no more deliveries than may wait, also of messages that come at once', async () => {
    const { deliveries, rooms } = await start(['alice@contoso.example', 'bob@contoso.example'], {
      maxPending: 4,
    });
    const said = ['one', 'two', 'three', 'four'].map((text) => rooms.receive(messageOf('alice', text)));
    expect((await Promise.all(said)).map(({ status }) => status)).toEqual([200, 200, 480, 480]);
    expect(deliveries.pending).toBe(2);
    const none = await start(['alice@contoso.example', 'bob@contoso.example'], { maxPending: 0 });
    const refused = await none.rooms.receive(messageOf('alice', 'one'));
    expect(refused).toMatchObject({ status: 480, reason: 'too-many-deliveries' });
  });

  it('have as many deliveries that wait as are free for all: one whose members answer nothing refuses, and others go on', async () => {
    const { deliveries, rooms } = await start(['alice@contoso.example', 'bob@contoso.example'], {
      burst: 100,
      maxPending: 60,
    });
    const fill = async (room: string) => {
      for (;;) {
        const answer = await rooms.receive(messageOf('alice', 'x', room));
        if (answer.status !== 200) return answer;
      }
    };
    expect(await fill(lobby)).toMatchObject({
      status: 480,
      reason: 'too-many-deliveries-of-room',
      headers: { 'Retry-After': '10' },
    });
    expect([deliveries.pending, deliveries.pendingOf(lobby)]).toEqual([30, 30]);
    expect(rooms.isNearlyFull).toBe(false);
    expect((await rooms.receive(messageOf('bob', 'x', quiet))).status).toBe(200);
    // The next one has as many as are free by then.
    expect(await fill(quiet)).toMatchObject({ reason: 'too-many-deliveries-of-room' });
    expect([deliveries.pendingOf(quiet), deliveries.largestPending]).toEqual([15, 30]);
    expect(rooms.isNearlyFull).toBe(true);
  });

  it('take no more members than a room may have, also of those that join at once', async () => {
    const { rooms } = await start([], { maxMembers: 2 });
    const join = (name: string) => rooms.receive(messageOf(name, '/join'));
    const joined = await Promise.all(['alice', 'bob', 'carol', 'dave'].map(join));
    expect(joined.map(({ status }) => status)).toEqual([200, 200, 403, 403]);
    expect(rooms.rooms[0]?.size).toBe(2);
    expect((await rooms.receive(messageOf('alice', '/leave'))).status).toBe(200);
    expect((await join('dave')).status).toBe(200);
  });

  it('that fill the database give up their own history, the largest first, and keep nobody out for ever', async () => {
    const alice = ['alice@contoso.example'];
    const { rooms } = await start(alice, { burst: 10_000 });
    expect((await rooms.receive(messageOf('alice', 'quiet', quiet))).status).toBe(200);
    for (let i = 0; i < 100; i++)
      expect((await rooms.receive(messageOf('alice', 'x'.repeat(8_000)))).status).toBe(200);
    const full = await start(alice, { burst: 10_000, maxBytes: await store.bytes() });
    for (let i = 0; i < 200; i++)
      expect([i, (await full.rooms.receive(messageOf('alice', 'x'.repeat(8_000)))).status]).toEqual([i, 200]);
    expect((await full.rooms.receive(messageOf('alice', 'not kept out', quiet))).status).toBe(200);
    expect(await store.history(quiet, 10)).toHaveLength(2);
    expect((await store.history(lobby, 1_000)).length).toBeLessThan(200);
  });

  it('refuse messages where what fills the database is still to be delivered', async () => {
    const members = ['alice@contoso.example', 'bob@contoso.example'];
    const { rooms } = await start(members, {});
    expect((await rooms.receive(messageOf('alice', 'one'))).status).toBe(200);
    const full = await start(members, { maxBytes: 1 });
    expect(await full.rooms.receive(messageOf('alice', 'two'))).toMatchObject({
      status: 480,
      reason: 'storage-full',
    });
    expect(await store.history(lobby, 10)).toHaveLength(1);
  });

  it('refuse what comes while as many changes wait for the disk as may, and say when to come again', async () => {
    const { rooms } = await start(['alice@contoso.example'], { burst: 100 });
    const said = Array.from({ length: 25 }, (_, index) => rooms.receive(messageOf('alice', `text ${index}`)));
    const answers = await Promise.all(said);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused).toHaveLength(5);
    for (const one of refused)
      expect(one).toMatchObject({ status: 480, reason: 'store-busy', headers: { 'Retry-After': '10' } });
    expect(await store.history(lobby, 100)).toHaveLength(20);
    expect((await rooms.receive(messageOf('alice', 'after that'))).status).toBe(200);
  });

  it('keep of a request no more than its body and fields of bounded length', async () => {
    const { rooms } = await start(['alice@contoso.example'], { burst: 1_000 });
    await rooms.receive(messageOf('alice', 'x'));
    const before = await store.bytes();
    for (let i = 0; i < 20; i++)
      expect((await rooms.receive(messageOf('alice', 'x', lobby, `${i}${'c'.repeat(30_000)}`))).status).toBe(
        200,
      );
    expect((await store.bytes()) - before).toBeLessThan(20 * 4_096);
    const long = messageOf('alice', 'x');
    const request = createRequest({
      method: 'MESSAGE',
      uri: `sip:${lobby}`,
      from: '<sip:alice@contoso.example>;tag=1',
      to: `<sip:${lobby}>`,
      callId: 'long',
      cseq: 1,
      contentType: `text/plain;x=${'y'.repeat(200)}`,
      body: 'x',
    });
    expect((await rooms.receive({ ...long, request })).status).toBe(415);
  });

  it.each(['text/plain;x="', 'text/plain;=utf-8', 'text/plain; x=a b'])(
    'keep no text whose type cannot be read, which a client of a member would refuse: %s',
    async (contentType) => {
      const { rooms } = await start([], {});
      const request = createRequest({
        method: 'MESSAGE',
        uri: `sip:${lobby}`,
        from: '<sip:alice@contoso.example>;tag=1',
        to: `<sip:${lobby}>`,
        callId: 'type',
        cseq: 1,
        headers: { 'Content-Type': contentType },
        body: 'x',
      });
      expect((await rooms.receive({ ...messageOf('alice', 'x'), request })).status).toBe(415);
    },
  );

  it('keep a text with parameters of its type', async () => {
    const { rooms } = await start([], {});
    await rooms.receive(messageOf('alice', '/join'));
    const request = createRequest({
      method: 'MESSAGE',
      uri: `sip:${lobby}`,
      from: '<sip:alice@contoso.example>;tag=1',
      to: `<sip:${lobby}>`,
      callId: 'type',
      cseq: 1,
      contentType: 'Text/Plain; charset="utf-8";format=flowed',
      body: 'x',
    });
    expect((await rooms.receive({ ...messageOf('alice', 'x'), request })).status).toBe(200);
  });

  it('count what somebody sends through leaving and joining again, and joining itself', async () => {
    const { rooms } = await start([], { burst: 4 });
    const say = async (name: string, text: string) => (await rooms.receive(messageOf(name, text))).status;
    const texts = ['/join', 'one', '/leave', '/join', 'two', '/leave', '/join'];
    const answers: number[] = [];
    for (const text of texts) answers.push(await say('mallory', text));
    expect(answers).toEqual([200, 200, 200, 200, 480, 480, 480]);
    expect(await say('alice', '/join')).toBe(200);
    expect(await say('alice', 'one')).toBe(200);
  });
});
