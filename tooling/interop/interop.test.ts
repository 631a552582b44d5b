import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../runner/main.ts';
import { runInterop } from './run.ts';

const folder = fileURLToPath(new URL('./testing/', import.meta.url));

function run(...argv: string[]): Promise<Outcome> {
  return runInterop(argv, { log: () => undefined }, { folder });
}

describe('pnpm interop', () => {
  it('reports the steps of a scenario', async () => {
    const { report, ok } = await run('polite');
    expect(ok).toBe(true);
    expect(report).toEqual({
      name: 'polite',
      ok: true,
      steps: [{ name: 'says hello', ok: true, detail: '200 OK' }],
    });
  });

  it('fails a scenario without steps, and one that outlives its time', async () => {
    expect((await run('stepless')).ok).toBe(false);
    const { report, ok } = await run('silent');
    expect(ok).toBe(false);
    expect(report).toMatchObject({ name: 'silent', ok: false });
  });

  it('runs every scenario when none is named, and is not ok when one fails', async () => {
    const { report, ok } = await run();
    expect(ok).toBe(false);
    expect(report).toMatchObject({
      ok: false,
      runs: [{ skipped: expect.any(String) }, { ok: true }, { ok: false }, { ok: false }],
    });
  });

  it('skips a scenario whose program is not installed, says how to get it, and fails it where nothing may be skipped', async () => {
    const { report, ok } = await run('absent');
    expect(ok).toBe(true);
    expect(report).toMatchObject({ steps: [], skipped: expect.stringContaining('no-such-package') });
    expect((await run('absent', '--no-skip')).ok).toBe(false);
  });
});
