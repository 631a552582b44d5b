import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { startOwnThread } from './own-thread.ts';
import { remedyOfEnd } from './thread-file-missing.ts';

const bundle = join(tmpdir(), 'entente-no-such-folder', 'bundle.mjs');

describe('a thread whose file was left out of a bundle', () => {
  it.each<[string, string | undefined, string]>([
    ['a module', pathToFileURL(bundle).href, join(tmpdir(), 'entente-no-such-folder', 'thread.js')],
    ['CommonJS, which does not say where it is', undefined, 'a place that is not known'],
  ])('is not started, and its fault says what is missing and what to do: %s', (_, from, where) => {
    const entry = { built: './thread.js', source: './thread-from-source.mjs' };
    const causes: unknown[] = [];
    const fault = new Error('the fault of the caller');
    expect(() =>
      startOwnThread({ from, entry, workerData: {} }, (cause) => {
        causes.push(cause);
        return fault;
      }),
    ).toThrow(fault);
    expect(causes).toHaveLength(1);
    expect(causes[0]).toMatchObject({
      message: `expected the file thread.js of the package beside the code, found none: ${where}`,
    });
    expect(remedyOfEnd(causes[0], 'restart')).toContain('--external:@entente/*');
  });

  it('is no other end: what is usual is to be done about that', () => {
    expect(remedyOfEnd(new Error('out of memory'), 'restart the authority')).toBe('restart the authority');
  });
});
