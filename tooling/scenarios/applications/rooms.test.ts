import { authorHeader, messageIdHeader } from '@entente/chat-room';
import { openSqlite } from '@entente/store-sql/sqlite';
import { systemClock } from '@entente/tls';
import { afterEach, describe, expect, it } from 'vitest';
import { Opened } from '../harness/opened.ts';
import type { TestUser } from './testing/application-network.ts';
import { lobby, startRoomsNetwork } from './testing/rooms-network.ts';

const room = `sip:${lobby}`;
const opened = new Opened();
afterEach(() => opened[Symbol.asyncDispose]());

const start = async (...parts: Parameters<typeof startRoomsNetwork>) =>
  opened.use(await startRoomsNetwork(...parts));

const of = (...names: string[]) => names.map((name) => `${name}@contoso.example`);
const reasonOf = (response: { get(name: string): string | undefined }) =>
  /reason="([^"]*)"/.exec(response.get('Entente-Diagnostics') ?? '')?.[1];
const say = (user: TestUser, text: string) => user.agent.message(room, text);

/** Sends a command, and gives the text that answers it. */
async function ask(user: TestUser, command: string): Promise<string> {
  const before = user.received.length;
  expect((await say(user, command)).status).toBe(200);
  await user.waitFor(() => user.received.length > before);
  return user.received[before]?.text ?? '';
}

describe('a room', () => {
  it('delivers what a member writes to every other one, unchanged, with author and id', async () => {
    const sentAt = Date.UTC(2026, 2, 1, 12, 30);
    const { network } = await start([{ address: lobby, moderators: of('alice', 'bob', 'carol') }], {
      clock: { ...systemClock, now: () => sentAt },
    });
    const alice = await network.user('alice', 0);
    const others = [await network.user('bob', 0), await network.user('carol', 1)];
    const body = Buffer.from([0x67, 0x72, 0xfc, 0xdf, 0x65]);
    const contentType = 'text/plain;charset=ISO-8859-1';
    const response = await alice.agent.request('MESSAGE', room, { contentType, body });
    expect(response.status).toBe(200);
    const id = response.get(messageIdHeader);
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    for (const other of others) {
      const { from, request } = await other.waitFor(() => true);
      expect(from).toBe(room);
      expect(request.get(authorHeader)).toBe('<sip:alice@contoso.example>');
      expect(request.get(messageIdHeader)).toBe(id);
      expect(request.from.displayName).toBe('alice@contoso.example');
      expect(request.contentType).toBe(contentType);
      expect(Buffer.from(request.body)).toEqual(body);
      expect(request.get('Date')).toBe('Sun, 01 Mar 2026 12:30:00 GMT');
    }
    expect(alice.received).toEqual([]);
  });

  it('reaches a hundred members over two front ends, and gives the author receipts', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `member${index}`);
    const { chat, network } = await start([{ address: lobby, moderators: of('alice', ...names, 'away') }]);
    const alice = await network.user('alice');
    const members: TestUser[] = [];
    for (let first = 0; first < names.length; first += 10)
      members.push(
        ...(await Promise.all(
          names.slice(first, first + 10).map((name, index) => network.user(name, index % 2)),
        )),
      );
    expect((await say(alice, 'to all')).status).toBe(200);
    await Promise.all(members.map((member) => member.waitFor(({ text }) => text === 'to all')));
    await chat.settled();
    // One of them is registered nowhere.
    expect(await ask(alice, '/receipts')).toMatch(
      /^[0-9a-f-]{36}: delivered to 100 of 101, not delivered to 1, 0 under way$/,
    );
    const ids = members.flatMap(({ received }) =>
      received.map(({ request }) => request.get(messageIdHeader)),
    );
    expect(new Set(ids).size).toBe(1);
  });

  it('does what moderators and members ask, and keeps it', async () => {
    const { chat, network, file } = await start([
      { address: lobby, moderators: of('alice') },
      { address: 'open@chat.contoso.example', moderators: [], isOpen: true },
    ]);
    const [alice, bob, carol] = [
      await network.user('alice'),
      await network.user('bob', 1),
      await network.user('carol'),
    ];
    expect(await ask(alice, '/help')).toContain('/history');
    for (const command of [
      '/add bob@contoso.example',
      '/add sip:carol@contoso.example',
      '/add bob@contoso.example',
    ])
      expect((await say(alice, command)).status).toBe(200);
    expect(await ask(bob, '/members')).toBe(
      '3 members\nalice@contoso.example (moderator)\nbob@contoso.example\ncarol@contoso.example',
    );
    expect(reasonOf(await say(bob, '/remove carol@contoso.example'))).toBe('not-a-moderator');
    expect((await say(alice, '/moderator bob@contoso.example')).status).toBe(200);
    expect((await say(bob, '/remove carol@contoso.example')).status).toBe(200);
    expect(reasonOf(await say(carol, 'still here?'))).toBe('not-a-member');
    // Whom the configuration names stays a moderator.
    expect((await say(bob, '/member alice@contoso.example')).status).toBe(200);
    expect(await ask(bob, '/members')).toContain('alice@contoso.example (moderator)');
    for (const text of ['one', 'two', 'three']) expect((await say(alice, text)).status).toBe(200);
    await chat.settled();
    const before = bob.received.length;
    expect((await say(bob, '/history 2')).status).toBe(200);
    await bob.waitFor(() => bob.received.length === before + 2);
    const replayed = bob.received.slice(before);
    expect(replayed.map(({ text }) => text)).toEqual(['two', 'three']);
    expect(replayed.map(({ request }) => request.get(authorHeader))).toEqual(
      Array.from({ length: 2 }, () => '<sip:alice@contoso.example>'),
    );
    const open = 'sip:open@chat.contoso.example';
    expect((await carol.agent.message(open, 'hello')).status).toBe(403);
    expect((await carol.agent.message(open, '/join')).status).toBe(200);
    expect((await carol.agent.message(open, 'hello')).status).toBe(200);
    expect((await carol.agent.message(open, '/leave')).status).toBe(200);
    expect((await carol.agent.message(open, 'hello')).status).toBe(403);
    expect(reasonOf(await say(carol, '/join'))).toBe('room-not-open');
    await chat[Symbol.asyncDispose]();
    const database = await openSqlite(file);
    const kept = await database.transaction('read', ({ all }) => all('SELECT * FROM members', []));
    await database.close();
    expect(kept.map(({ address, role, room }) => `${room} ${address} ${role}`).sort()).toEqual([
      `${lobby} alice@contoso.example moderator`,
      `${lobby} bob@contoso.example moderator`,
    ]);
  });

  it('refuses with a reason, which a client inside is told, and logs it', async () => {
    const { network } = await start([{ address: lobby, moderators: of('alice') }]);
    const response = await say(await network.user('bob'), 'x');
    expect([response.status, reasonOf(response)]).toEqual([403, 'not-a-member']);
    await network.lines.waitFor(({ by, reason }) => reason === 'not-a-member' && by.startsWith('chat1'));
  });

  it('does not start at an address that is not its own', async () => {
    await expect(start([{ address: 'lobby@other.example', moderators: [] }])).rejects.toMatchObject({
      code: 'ENTENTE_CHAT_ROOM_ADDRESS',
      remedy: expect.stringContaining('entente topology add user lobby@other.example --home '),
    });
  });
});
