import { describe, expect, it, vi } from 'vitest';
import { BoundedOutput } from './bounded-output.ts';
import { DescriptorOutput, type WriteBytes } from './descriptor-output.ts';

/** A descriptor that takes what `take` says: a number of bytes, or the code of a failure. */
function start(take: (length: number) => number | string) {
  const taken: Uint8Array[] = [];
  const pending: (() => void)[] = [];
  const write: WriteBytes = (_, bytes, done) => {
    pending.push(() => {
      const answer = take(bytes.length);
      if (typeof answer === 'string') done(Object.assign(new Error(answer), { code: answer }), 0);
      else {
        taken.push(bytes.subarray(0, answer));
        done(null, answer);
      }
    });
  };
  /** Lets the system do what it was asked for. */
  const settle = (): void => {
    for (let next = pending.shift(); next !== undefined; next = pending.shift()) next();
  };
  return { output: new DescriptorOutput(1, write), settle, text: () => Buffer.concat(taken).toString() };
}

describe('a log on a descriptor', () => {
  it('is written in order, whatever part of it the system takes at a time', async () => {
    const { output, settle, text } = start((length) => Math.max(1, length >> 1));
    const written = vi.fn();
    output.on('write', written);
    const lines = Array.from({ length: 50 }, (_, at) => `{"at":${at},"text":"ß"}\n`);
    for (const line of lines) output.write(line);
    const still = output.still();
    settle();
    await still;
    expect(text()).toBe(lines.join(''));
    const bytes = written.mock.calls.reduce((sum, [count]) => sum + Number(count), 0);
    expect(bytes).toBe(Buffer.byteLength(lines.join('')));
  });

  it.each(['ENOSPC', 'EIO', 'EDQUOT'])(
    'loses nothing and throws nothing where its disk fails, and goes on when it can: %s',
    async (code) => {
      vi.useFakeTimers();
      try {
        let isFull = false;
        // As a disk that is full does: first a part, then none.
        const parts = [4];
        const { output, settle, text } = start((length) => (isFull ? (parts.shift() ?? code) : length));
        output.write('first\n');
        settle();
        isFull = true;
        output.write('second\n');
        output.write('third\n');
        settle();
        await output.still();
        expect([text(), output.failure]).toEqual(['first\nseco', code]);
        vi.advanceTimersByTime(60_000);
        settle();
        isFull = false;
        vi.advanceTimersByTime(60_000);
        settle();
        expect([text(), output.failure]).toEqual(['first\nsecond\nthird\n', undefined]);
      } finally {
        vi.useRealTimers();
      }
    },
  );

  it('waits for a terminal that takes nothing at the moment, which is no failure', () => {
    vi.useFakeTimers();
    try {
      const answers: (string | undefined)[] = ['EAGAIN', 'EAGAIN'];
      const { output, settle, text } = start((length) => answers.shift() ?? length);
      output.write('one\n');
      for (let i = 0; i < 3; i++) {
        settle();
        expect(output.failure).toBe(undefined);
        vi.advanceTimersByTime(1_000);
      }
      settle();
      expect(text()).toBe('one\n');
    } finally {
      vi.useRealTimers();
    }
  });

  it('is dropped where its reader is gone, and takes no memory for it', async () => {
    const { output, settle } = start(() => 'EPIPE');
    let waiting = 0;
    output.on('write', (bytes) => {
      waiting -= bytes;
    });
    const bounded = new BoundedOutput(output, 100_000);
    bounded.tellBy(() => expect.unreachable('lines were left out'));
    for (let at = 0; at < 1_000; at++) {
      const line = `${'x'.repeat(999)}\n`;
      waiting += 1_000;
      bounded.write(line);
      settle();
    }
    await output.still();
    expect([waiting, output.failure]).toEqual([0, undefined]);
  });
});
