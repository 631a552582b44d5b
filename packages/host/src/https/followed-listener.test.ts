import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FollowedListener, type ListeningPlace } from './followed-listener.ts';

const retryMs = 30_000;

describe('a listener that follows the topology', () => {
  let wanted: ListeningPlace | undefined;
  /** Where the machine can listen. */
  let possible: Set<string>;
  let tried: string[];
  let faults: string[];
  let listener: FollowedListener;
  beforeEach(() => {
    vi.useFakeTimers();
    wanted = { host: '192.0.2.1', port: 5061 };
    [possible, tried, faults] = [new Set(['192.0.2.1']), [], []];
    listener = new FollowedListener({
      wanted: () => wanted,
      async listen({ host = '', port }) {
        tried.push(host);
        if (!possible.has(host)) throw new Error(`nothing listens at ${host}`);
        return { port, stopAccepting() {}, async close() {} };
      },
      onFault: (fault) => void faults.push((fault as Error).message),
    });
  });
  afterEach(async () => {
    await listener[Symbol.asyncDispose]();
    vi.useRealTimers();
  });

  const wait = () => vi.advanceTimersByTimeAsync(retryMs);

  it('is opened half a minute later where the machine had not the address yet, and the fault is reported once', async () => {
    await listener.open();
    wanted = { host: '192.0.2.2', port: 5061 };
    await listener.changed();
    await wait();
    expect(listener.port).toBeUndefined();
    possible.add('192.0.2.2');
    await wait();
    expect(listener.port).toBe(5061);
    expect(faults).toEqual(['nothing listens at 192.0.2.2']);
    await wait();
    expect(tried, 'and is left alone then').toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.2', '192.0.2.2']);
  });

  it('is tried at once where the next topology has another place, and not at the one before', async () => {
    wanted = { host: '192.0.2.2', port: 5061 };
    await listener.changed();
    wanted = { host: '192.0.2.1', port: 5061 };
    await listener.changed();
    expect(listener.port).toBe(5061);
    await wait();
    expect(tried).toEqual(['192.0.2.2', '192.0.2.1']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is tried no more once it accepts no more, and once it is closed, also while it tries', async () => {
    wanted = { host: '192.0.2.2', port: 5061 };
    await listener.changed();
    expect(vi.getTimerCount()).toBe(1);
    listener.stopAccepting();
    expect(vi.getTimerCount()).toBe(0);
    const other = new FollowedListener({
      wanted: () => wanted,
      listen: () => Promise.reject(new Error('nothing listens')),
      onFault() {},
    });
    const trying = other.changed();
    await other[Symbol.asyncDispose]();
    await trying;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves no port open where it accepts no more by the time that one is opened', async () => {
    wanted = { host: '192.0.2.2', port: 5061 };
    let opened: () => void = () => {};
    let closed = 0;
    const other = new FollowedListener({
      wanted: () => wanted,
      async listen({ port }) {
        await new Promise<void>((resolve) => {
          opened = resolve;
        });
        return {
          port,
          stopAccepting() {},
          async close() {
            closed += 1;
          },
        };
      },
      onFault: (fault) => void faults.push(String(fault)),
    });
    const trying = other.changed();
    await vi.advanceTimersByTimeAsync(0);
    other.stopAccepting();
    opened();
    await trying;
    expect(closed).toBe(1);
    expect(other.port).toBeUndefined();
    await other[Symbol.asyncDispose]();
    expect(faults).toEqual([]);
  });

  it('throws at its start, when somebody is there who can correct it', async () => {
    possible.clear();
    await expect(listener.open()).rejects.toThrow('nothing listens at 192.0.2.1');
    expect(vi.getTimerCount()).toBe(0);
  });
});
