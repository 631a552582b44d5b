import { spawnTied } from '@entente/testkit/repository';
import { describe, expect, it } from 'vitest';
import { tooFewFiles } from './file-limit.ts';
import { Inspector, inspectorPlace } from './inspector.ts';

describe('the limit of open files', () => {
  const limits = (hard: string): string =>
    `Limit                     Soft Limit           Hard Limit           Units     \nMax open files            1024                 ${hard}                files     \n`;

  it('allows what its hard limit has room for', () => {
    expect(tooFewFiles(10_000, limits('20000'))).toBeUndefined();
    expect(tooFewFiles(10_000, limits('unlimited'))).toBeUndefined();
  });

  it('is named where it is too low, or not told', () => {
    expect(tooFewFiles(10_000, limits('4096'))).toBe('ulimit -Hn is 4096, and 10200 are needed');
    expect(tooFewFiles(10_000, '')).toContain('does not tell');
  });
});

describe('the inspector', () => {
  it('collects garbage first, and counts what lies outside the heap', async () => {
    const place = await inspectorPlace();
    const keeps = 'globalThis.kept = Buffer.alloc(5e6, 1); Buffer.alloc(2e7, 1); setInterval(() => {}, 1000)';
    await using program = spawnTied(process.execPath, [
      ...place.nodeFlags,
      '-e',
      `${keeps}; console.log('ready')`,
    ]);
    await new Promise((resolve) => program.process.stdout?.once('data', resolve));
    using inspector = await Inspector.open(place);
    const { heap, resident } = await inspector.collect();
    expect(heap).toBeGreaterThan(5e6);
    expect(heap).toBeLessThan(2e7);
    expect(resident).toBeGreaterThan(heap);
    await program[Symbol.asyncDispose]();
    await expect(inspector.collect()).rejects.toThrow('has ended');
  });
});
