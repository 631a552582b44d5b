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

  it('waits at its end for a reader that takes nothing at the moment, and loses no line', async () => {
    vi.useFakeTimers();
    try {
      const answers: (string | number)[] = [3, 'EAGAIN'];
      const { output, settle, text } = start((length) => answers.shift() ?? length);
      output.write('first\n');
      output.write('stopped\n');
      settle();
      const isStill = vi.fn();
      const still = output.still().then(isStill);
      await Promise.resolve();
      expect([text(), isStill.mock.calls.length]).toEqual(['fir', 0]);
      vi.advanceTimersByTime(1_000);
      settle();
      await still;
      expect(text()).toBe('first\nstopped\n');
    } finally {
      vi.useRealTimers();
    }
  });

  it('fails where its reader has ended, takes no more memory than another failure, and goes on with the next reader', async () => {
    vi.useFakeTimers();
    try {
      let hasReader = false;
      const { output, settle, text } = start((length) => (hasReader ? length : 'EPIPE'));
      const bounded = new BoundedOutput(output, 100_000);
      let leftOut = 0;
      bounded.tellBy((count) => {
        leftOut = count;
      });
      for (let at = 0; at < 1_000; at++) {
        bounded.write(`${`${at} `.padEnd(999, 'x')}\n`);
        settle();
      }
      await output.still();
      expect([text(), output.failure]).toEqual(['', 'EPIPE']);
      hasReader = true;
      vi.advanceTimersByTime(1_000);
      settle();
      await output.still();
      expect([text().length, leftOut, output.failure]).toEqual([100_000, 900, undefined]);
    } finally {
      vi.useRealTimers();
    }
  });
});
