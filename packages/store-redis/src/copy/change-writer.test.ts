import type { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { ChangeWriter } from './change-writer.ts';
import { storeKeys } from './follow-store.ts';

const keys = storeKeys('pool1.contoso.example');

/** A store that answers when the test says so. */
function start() {
  const commands: {
    readonly keys: string[];
    /** Length of the stream. */
    readonly kept: number;
    answer(value: unknown): void;
    fail(error: Error): void;
  }[] = [];
  const redis = {
    defineCommand() {},
    putBindings: (count: number, ...all: string[]) =>
      new Promise((answer, fail) =>
        commands.push({ keys: all.slice(2, count), kept: Number(all[count + 1]), answer, fail }),
      ),
  };
  const writer = new ChangeWriter(redis as unknown as Redis, keys);
  const write = (aor: string, bindings = '[]') => writer.write({ aor, expected: 0, bindings, lifeMs: 1_000 });
  return { commands, write };
}

/** All that follows at once has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

it('sends what is decided in one turn in one command, and what comes meanwhile in the next one', async () => {
  const { commands, write } = start();
  const first = Promise.all([write('a'), write('b')]);
  await settled();
  const second = Promise.all([write('c'), write('d')]);
  await settled();
  expect(commands.map((one) => one.keys)).toEqual([[keys.bindings('a'), keys.bindings('b')]]);
  commands[0]?.answer(['e', [1, '7'], [0, '3 []']]);
  expect(await first).toEqual([
    { isDone: true, epoch: 'e', number: 7 },
    { isDone: false, epoch: 'e', found: '3 []' },
  ]);
  await settled();
  expect(commands.slice(1).map((one) => one.keys)).toEqual([[keys.bindings('c'), keys.bindings('d')]]);
  commands[1]?.answer(['e', [1, '8'], [1, '9']]);
  expect(await second).toHaveLength(2);
});

it('fails all changes of a command that fails, and goes on with the next one', async () => {
  const { commands, write } = start();
  const first = Promise.allSettled([write('a'), write('b')]);
  await settled();
  const next = write('c');
  commands[0]?.fail(new Error('gone'));
  expect((await first).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await settled();
  commands[1]?.answer(['e', [1, '1']]);
  expect(await next).toMatchObject({ isDone: true });
});

it('fails a change whose record cannot be read, and no other one', async () => {
  const { commands, write } = start();
  const both = Promise.allSettled([write('a'), write('b')]);
  await settled();
  commands[0]?.answer(['e', [2, 'WRONGTYPE'], [1, '1']]);
  expect(await both).toMatchObject([
    { status: 'rejected', reason: { message: 'WRONGTYPE' } },
    { status: 'fulfilled', value: { isDone: true } },
  ]);
});

it('sends so many changes at most in one command', async () => {
  const { commands, write } = start();
  for (let i = 0; i < 300; i++) void write(`user${i}`);
  await settled();
  expect(commands[0]?.keys).toHaveLength(256);
  commands[0]?.answer(['e', ...Array.from({ length: 256 }, (_, i) => [1, String(i + 1)])]);
  await settled();
  expect(commands[1]?.keys).toHaveLength(44);
});

it('has the store keep fewer changes for servers that were away where they are long', async () => {
  const { commands, write } = start();
  void write('a');
  await settled();
  commands[0]?.answer(['e', [1, '1']]);
  void write('b', 'é'.repeat(10_000));
  void write('c');
  await settled();
  expect(commands.map(({ kept }) => kept)).toEqual([10_000, Math.floor(16_777_216 / 20_512)]);
});
