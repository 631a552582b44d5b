import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Logger } from '../index.ts';
import type { Plugin } from '../plugin/index.ts';
import { PluginsInServer } from './in-server.ts';

const hanging = () => new Promise<void>(() => {});

describe('a plugin in the process of the server', () => {
  const said: string[] = [];
  const write = (_: object, message: string) => void said.push(message);
  const logger: Logger = { debug: write, info: write, warn: write, error: write, child: () => logger };
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    said.length = 0;
  });

  it('that hangs while it is set up keeps no server from saying so', async () => {
    const server = new PluginsInServer(logger);
    const plugin = { name: 'alpha', provides: [], requires: [], setup: hanging } as unknown as Plugin;
    const outcome = expect(server.setUp(plugin, {})).rejects.toThrow('its setup took more than 30000 ms');
    await vi.advanceTimersByTimeAsync(30_000);
    await outcome;
  });

  it('that hangs while it is disposed of keeps no other from being disposed of', async () => {
    const server = new PluginsInServer(logger);
    server.onDispose('alpha', () => void said.push('alpha is disposed of'));
    server.onDispose('beta', hanging);
    const done = server[Symbol.asyncDispose]();
    await vi.advanceTimersByTimeAsync(1_000);
    await done;
    expect(said).toEqual([
      'the plugin failed to stop: a step of its disposal took more than 1000 ms',
      'alpha is disposed of',
    ]);
  });
});
