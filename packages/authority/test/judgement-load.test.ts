import { systemClock } from '@entente/tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { contoso, signed } from './contoso.ts';
import { administrator, InProcessAuthority } from './in-process-authority.ts';

let now = Date.now();
let run: InProcessAuthority;

beforeAll(async () => {
  const clock = { ...systemClock, now: () => now };
  run = await InProcessAuthority.start({ clock, isPublished: false });
});
beforeEach(() => {
  run.lines.length = 0;
  // What an administrator has done before counts no more.
  now += 3_600_000;
});
afterEach(() => void vi.restoreAllMocks());
afterAll(() => run[Symbol.asyncDispose]());

const bytes = new TextEncoder().encode(signed(contoso));
const throttled = () =>
  run.lines.filter(({ fields }) => (fields as { reason?: string }).reason === 'throttled');

/** Before there is a topology, each administrator may have a first one judged. */
function send(path: string, body?: string | ReadableStream, name = 'alice'): Promise<Response> {
  return run.fetch(path, body, administrator(name));
}

const judge = (body: string | ReadableStream = signed(contoso), name = 'alice') =>
  send('/topology/judgement', body, name);

it.each(['/topology/judgement', '/topology'])(
  'of a topology that is nested too deep, or has too many values, nothing is built: %s',
  async (path) => {
    const parse = vi.spyOn(JSON, 'parse');
    for (const text of ['['.repeat(1_000_000), `{"document":[${'0,'.repeat(3_000_000)}0],"signatures":[]}`]) {
      const answer = await send(path, text);
      expect(await answer.text()).toContain('malformed');
      expect(parse.mock.calls.filter(([read]) => read.length >= 1_000_000)).toEqual([]);
    }
  },
);

describe('topologies of one administrator', () => {
  it('are read one after the other: the ninth at once is refused and in the log, and others do not wait for them', async () => {
    const begun: number[] = [];
    const bodies: ReadableStreamDefaultController[] = [];
    const flood = Array.from({ length: 8 }, (_, index) =>
      judge(
        new ReadableStream(
          {
            start: (controller) => void bodies.push(controller),
            pull: () => void begun.push(index),
          },
          { highWaterMark: 0 },
        ),
      ),
    );
    for (const path of ['/topology/judgement', '/topology'])
      expect(await (await send(path, signed(contoso))).json()).toMatchObject({
        status: 429,
        reason: 'throttled',
      });
    expect(throttled().length).toBeGreaterThan(0);
    expect((await judge(signed(contoso), 'bob')).status).toBe(200);
    expect((await send('/healthz')).status).toBe(200);
    expect(begun).toEqual([0]);
    for (const body of bodies) {
      body.enqueue(bytes);
      body.close();
    }
    for (const answer of await Promise.all(flood))
      expect(await answer.json()).toMatchObject({ accepted: true, version: 1 });
  });

  it('leave room for whatever else waits between two of them', async () => {
    let rounds = 0;
    let next: NodeJS.Immediate;
    const count = () => {
      rounds += 1;
      next = setImmediate(count);
    };
    next = setImmediate(count);
    const answered = await Promise.all(
      Array.from({ length: 5 }, async () => {
        expect((await judge()).status).toBe(200);
        return rounds;
      }),
    );
    clearImmediate(next);
    expect(new Set(answered).size).toBe(5);
  });

  it('are judged 20 times at once, then 60 times in an hour; the log says so once, and publications are counted apart', async () => {
    for (let index = 0; index < 20; index++) expect((await judge()).status).toBe(200);
    for (let index = 0; index < 3; index++) {
      // Nothing of it is read.
      const answer = await judge(new ReadableStream());
      expect(answer.status).toBe(429);
      expect(answer.headers.get('retry-after')).toBe('60');
      expect(await answer.json()).toMatchObject({
        reason: 'throttled',
        detail: 'too many judgements for this administrator: expected at most 60 an hour',
      });
    }
    expect(throttled()).toHaveLength(1);
    expect((await judge(signed(contoso), 'bob')).status).toBe(200);
    expect((await send('/topology', signed(contoso))).status).toBe(200);
  });
});
