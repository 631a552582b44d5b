import { EventEmitter } from 'node:events';
import { afterEach, expect, it, vi } from 'vitest';
import { watchOutput } from '../src/output-not-written.ts';
import { give } from '../src/topology/answer.ts';

afterEach(() => vi.restoreAllMocks());

function watched() {
  const streams = { stdout: new EventEmitter(), stderr: new EventEmitter() };
  let lost = 0;
  watchOutput(streams, () => lost++);
  const told: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => told.push(String(text)) > 0);
  const fail = (stream: 'stdout' | 'stderr', code: string) =>
    streams[stream].emit('error', Object.assign(new Error(`${code}: write`), { code }));
  return { fail, lost: () => lost, told };
}

it('an answer that cannot be written is said to be lost, once, with what to do', async () => {
  const { fail, lost, told } = watched();
  give({ json: {}, lines: [] }, false);
  fail('stdout', 'ENOSPC');
  fail('stdout', 'ENOSPC');
  // What says it is loaded only then.
  await expect.poll(() => told).toHaveLength(1);
  expect(told[0]).toMatch(
    /^entente: standard output: the answer could not be written: the disk is full; .*look whether.* \(ENOSPC\)\n$/,
  );
  expect(lost()).toBe(1);
});

it('an answer with something that is shown once says what to do where it is lost', async () => {
  const { fail, told } = watched();
  give({ json: {}, lines: [], ifLost: 'give another password' }, true);
  fail('stdout', 'EIO');
  give({ json: {}, lines: [] }, true);
  await expect.poll(() => told).toEqual([expect.stringContaining('; give another password (EIO)\n')]);
});

it('a reader may close early, and a fault that cannot be written either is only in the status', () => {
  const { fail, lost, told } = watched();
  fail('stdout', 'EPIPE');
  fail('stderr', 'EPIPE');
  expect(lost()).toBe(0);
  fail('stderr', 'ENOSPC');
  expect({ lost: lost(), told }).toEqual({ lost: 1, told: [] });
});
