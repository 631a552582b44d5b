import { describe, expect, it, vi } from 'vitest';
import { pingMs, pluginProcess, same, store } from '../../test/plugin-process.ts';

// What is not stopped would run on for minutes.
vi.setConfig({ testTimeout: 60_000 });

const { start, stopped, why } = pluginProcess();

describe('the process of a plugin', () => {
  it('that never ends its turn is stopped, also where nobody calls it', async () => {
    const one = await start('begin() { setImmediate(() => { for (;;); }); }');
    await one.call(store, 'begin', [], same);
    for (let i = 0; i < 3; i++) vi.advanceTimersByTime(pingMs);
    expect(stopped()).toEqual([]);
    vi.advanceTimersByTime(pingMs);
    expect(stopped()).toEqual([expect.stringContaining('read nothing for 30 seconds')]);
  });

  it('that reads what it is sent is not stopped, whatever it writes meanwhile', async () => {
    const one = await start('sum(a, b) { return a + (b ?? 7); }');
    for (let i = 0; i < 20; i++) {
      const answer = one.call(store, 'sum', [i, null], same);
      vi.advanceTimersByTime(pingMs);
      expect(await answer).toBe(i + 7);
    }
    expect(stopped()).toEqual([]);
  });

  it('that ends behind the word that it is ready has not been set up', async () => {
    const words = `JSON.stringify({ type: 'ready', methods: {} }) + '\\nno message\\n'`;
    await expect(start(`constructor() { fs.writeSync(3, ${words}); }`)).rejects.toThrow('its process');
  });

  it('that answers questions which nobody has asked is stopped', async () => {
    const one = await start(`go() { for (;;) write({ type: 'pong' }); }`);
    void one.call(store, 'go', [], same).catch(() => {});
    expect(await why()).toContain('answered what nobody had asked');
  });

  it('answers no more than its port lets it, as a failure of that call alone', async () => {
    const one = await start(`long(count) { return 'x'.repeat(count); }`);
    await expect(one.call(store, 'long', [100_000], same)).rejects.toThrow(
      'its answer has more than 100000 characters',
    );
    expect(await one.call(store, 'long', [90_000], (answer) => (answer as string).length)).toBe(90_000);
  });

  it('tells what its implementation tells: each value once at a time, and also what changes later', async () => {
    const one = await start('onChange(listener) { this.tell = listener; } go(value) { this.tell(value); }');
    const told: unknown[] = [];
    const stop = one.on(store, 'onChange', (value) => void told.push(value));
    for (const value of ['a', 'a', { b: 1 }]) await one.call(store, 'go', [value], same);
    await expect.poll(() => told).toEqual(['a', { b: 1 }]);
    await one.call(store, 'go', ['a'], same);
    await expect.poll(() => told).toEqual(['a', { b: 1 }, 'a']);
    stop();
  });

  it.each([
    [
      'as fast as it can',
      `{ type: 'event', port: 'store', event: 'onChange', values: [1] }`,
      'told more than',
    ],
    [
      'in long messages',
      `{ type: 'event', port: 'store', event: 'onChange', values: ['x'.repeat(90_000)] }`,
      'told more than',
    ],
    [
      'of what it does not have',
      `{ type: 'event', port: 'store', event: 'on', values: [1] }`,
      'nobody had asked',
    ],
    ['no list', `{ type: 'event', port: 'store', event: 'onChange', values: 1 }`, 'nobody had asked'],
  ])('that tells %s is stopped', async (_, message, sentence) => {
    const one = await start(`go() { for (;;) write(${message}); }`);
    void one.call(store, 'go', [], same).catch(() => {});
    expect(await why()).toContain(sentence);
  });

  it('decides as the server has decided, where it is given what the server expected in any order, and else says what it was given', async () => {
    const one = await start(`held = [{ a: 1, b: [2] }, { c: 3 }];
      update(name, decide) {
        const { kept, result } = decide(this.held);
        this.held = kept ?? this.held;
        return { name, ...result };
      }`);
    const change = (given: readonly unknown[]) =>
      one.call(store, 'update', ['n'], same, { given, change: { kept: [] } });
    const held = [{ a: 1, b: [2] }, { c: 3 }];
    expect(await change([{ c: 3 }])).toEqual({ name: 'n', found: held });
    expect(await change([{ c: 3 }, { b: [2], a: 1 }])).toEqual({ name: 'n', kept: true });
    expect(await change(held)).toEqual({ name: 'n', found: [] });
  });

  it('knows the methods of what it provides, also those of its class, and no others', async () => {
    const one = await start('find() {} get size() { return 1; }');
    expect(['find', 'size', 'other'].map((name) => one.has(store, name))).toEqual([true, false, false]);
  });

  it('that throws with a code of its port has answered: it is neither logged nor counted', async () => {
    const one = await start(`go(code) { throw Object.assign(new Error('no'), { code }); }`);
    const codes = [];
    for (let i = 0; i < 8; i++)
      codes.push(await one.call(store, 'go', ['STORE_AWAY'], same).catch((error) => error.cause.code));
    expect(new Set(codes)).toEqual(new Set(['STORE_AWAY']));
    expect(stopped()).toEqual([]);
    for (let i = 0; i < 6; i++) await one.call(store, 'go', ['OTHER'], same).catch(() => {});
    expect(await why()).toContain('failed more than 5 times');
  });
});
