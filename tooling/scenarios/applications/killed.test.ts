import { join } from 'node:path';
import { messageIdHeader } from '@entente/chat-room';
import { afterEach, expect, it } from 'vitest';
import { Opened } from '../harness/opened.ts';
import { startApplicationNetwork } from './testing/application-network.ts';
import { fqdn, lobby, startRoomChild, writeRoomConfig } from './testing/room-child.ts';

const opened = new Opened();
afterEach(() => opened[Symbol.asyncDispose]());

/** Starts the chat server, which is killed with the test. */
async function startRooms(config: string) {
  const child = await startRoomChild(config);
  let isKilled = false;
  const kill = async () => {
    if (!isKilled) await child.kill();
    isKilled = true;
  };
  opened.defer(kill);
  return { kill };
}

it('a room that is killed while messages are under way delivers every acknowledged one after its restart, each with one id', async () => {
  const network = opened.use(await startApplicationNetwork({ frontEnds: 2 }));
  const folder = await opened.folder();
  const names = Array.from({ length: 20 }, (_, index) => `member${index}`);
  const config = join(folder, 'config.json');
  await writeRoomConfig(config, network, join(folder, 'rooms.sqlite'), ['alice', ...names]);

  let release = () => {};
  const released = new Promise<undefined>((resolve) => {
    release = () => resolve(undefined);
  });
  // Half of the members do not answer before the kill: what they got counts as not delivered.
  const members = await Promise.all(
    names.map((name, index) =>
      network.user(name, index % 2, index < 10 ? {} : { onMessage: () => released }),
    ),
  );
  const alice = await network.user('alice');
  const from = network.lines.all.length;
  const first = await startRooms(config);
  await network.known(fqdn, from);

  const acknowledged = new Set<string>();
  let third = () => {};
  const thirdIsThere = new Promise<void>((resolve) => {
    third = resolve;
  });
  const sending = Array.from({ length: 12 }, async (_, index) => {
    const response = await alice.agent.message(lobby, `message ${index}`).catch(() => undefined);
    if (response?.status !== 200) return;
    acknowledged.add(response.get(messageIdHeader) as string);
    if (acknowledged.size === 3) third();
  });
  await thirdIsThere;
  await first.kill();
  await Promise.all(sending);
  release();
  expect(acknowledged.size).toBeGreaterThanOrEqual(3);
  await startRooms(config);
  const idOf = (message: { request: { get(name: string): string | undefined } }) =>
    message.request.get(messageIdHeader) as string;
  for (const id of acknowledged)
    await Promise.all(members.map((member) => member.waitFor((message) => idOf(message) === id)));
  // A copy that came twice says so by its id: it has the same text.
  for (const member of members) {
    const texts = new Map<string, string>();
    for (const message of member.received) {
      const text = texts.get(idOf(message)) ?? message.text;
      expect(message.text).toBe(text);
      texts.set(idOf(message), text);
    }
  }
});
