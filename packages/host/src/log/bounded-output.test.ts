import { describe, expect, it } from 'vitest';
import { createLogger } from '../logger.ts';
import { BoundedOutput } from './bounded-output.ts';

const maxBytes = 65_536;

/** A logger whose lines nobody reads until `read`. */
function start() {
  let waiting = '';
  const taken: string[] = [];
  const listeners: Record<'write' | 'drain', ((bytes: number) => void)[]> = { write: [], drain: [] };
  const tell = (event: 'write' | 'drain', bytes: number) => {
    for (const listener of listeners[event]) listener(bytes);
  };
  const output = new BoundedOutput(
    {
      write: (line: string) => {
        waiting += line;
      },
      on: (event, listener) => void listeners[event].push(listener),
    },
    maxBytes,
  );
  return {
    log: createLogger({ app: 'edge-server', source: 'edge1.contoso.example' }, output),
    output,
    waiting: () => Buffer.byteLength(waiting),
    /** Takes the first lines, as far as they have been written by then. */
    read: (most = Number.POSITIVE_INFINITY) => {
      const lines = waiting.split('\n').slice(0, -1).slice(0, most);
      const text = lines.map((line) => `${line}\n`).join('');
      waiting = waiting.slice(text.length);
      taken.push(...lines);
      tell('write', Buffer.byteLength(text));
      if (waiting === '') tell('drain', 0);
    },
    lines: () => taken.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

describe('a log that nobody reads', () => {
  it('keeps no more than it may, says how many lines it left out once it goes on, and has all others in their order', () => {
    const { lines, log, read, waiting } = start();
    for (let at = 0; at < 10_000; at++) {
      log.warn({ event: 'refused', at }, 'refused: ß');
      expect(waiting()).toBeLessThanOrEqual(maxBytes);
    }
    expect(waiting()).toBeGreaterThan(maxBytes / 2);
    read();
    read();
    log.info({ event: 'link' }, 'goes on');
    read();
    const refused = lines().filter(({ event }) => event === 'refused');
    expect(refused.map(({ at }) => at)).toEqual(refused.map((_, at) => at));
    expect(lines().slice(refused.length)).toMatchObject([
      {
        level: 50,
        app: 'edge-server',
        source: 'edge1.contoso.example',
        event: 'lines-left-out',
        count: 10_000 - refused.length,
      },
      { event: 'link' },
    ]);
  });

  it('says so where its reader takes a few lines at a time, before the next one that has room', () => {
    const { lines, log, read, waiting } = start();
    let written = 0;
    for (let round = 0; round < 50; round++) {
      for (let at = 0; at < 100; at++) log.warn({ event: 'refused', at: written++ }, 'refused');
      expect(waiting()).toBeLessThanOrEqual(maxBytes);
      read(30);
    }
    for (let rest = 0; rest < 3; rest++) read();
    const counted = lines().map(({ event, count }) => (event === 'lines-left-out' ? (count as number) : 1));
    expect(counted.reduce((sum, count) => sum + count, 0)).toBe(written);
    // Each line is where it belongs: what is missing before it was counted before it.
    let next = 0;
    for (const { at, count } of lines()) {
      if (count === undefined) expect(at).toBe(next);
      next += (count as number | undefined) ?? 1;
    }
  });

  it('says nothing where it left out none', () => {
    const { lines, log, output, read } = start();
    log.info({ event: 'link' }, 'up');
    read();
    output.sayLeftOut();
    read();
    expect(lines().map(({ event }) => event)).toEqual(['link']);
  });
});
