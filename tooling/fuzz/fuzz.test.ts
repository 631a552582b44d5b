import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FuzzRun } from './fuzz.ts';
import { corpusOf, mutate } from './mutate.ts';
import { seededRandom } from './random.ts';
import { runFuzz } from './run.ts';

const folder = fileURLToPath(new URL('./testing/', import.meta.url));
let found: string;

beforeAll(async () => {
  found = await mkdtemp(join(tmpdir(), 'entente-fuzz-'));
});

afterAll(() => rm(found, { recursive: true, force: true }));

/** Runs a number of mutants, not a time: what is found hangs neither on the speed of the machine nor on its load. */
async function run(name: string, mutants: number): Promise<{ run: FuzzRun; ok: boolean }> {
  const argv = [name, '--mutants', `${mutants}`, '--first', '--seed', '7'];
  const outcome = await runFuzz(argv, { log: () => undefined }, { folder, found, corpus: found });
  return { run: outcome.report as FuzzRun, ok: outcome.ok };
}

describe('the fuzzer', () => {
  it('finds a planted throw and keeps the smallest input that shows it', { timeout: 600_000 }, async () => {
    const { run: report, ok } = await run('planted-throw', 20_000);
    expect(ok).toBe(false);
    const finding = report.findings.find((entry) => entry.kind === 'throw');
    expect(finding?.message).toContain('a negative length');
    const kept = await readFile(finding?.file ?? '');
    expect(kept.toString('base64')).toBe(finding?.input);
    expect(kept.toString('latin1')).toBe('length: -');
  });

  it('finds a planted hang and tells its input', { timeout: 600_000 }, async () => {
    const { run: report, ok } = await run('planted-hang', 20_000);
    expect(ok).toBe(false);
    const finding = report.findings.find((entry) => entry.kind === 'hang');
    expect(Buffer.from(finding?.input ?? '', 'base64').includes(Buffer.of(0, 0))).toBe(true);
  });

  it('finds a planted leak', { timeout: 600_000 }, async () => {
    const { run: report, ok } = await run('planted-leak', 20_000);
    expect(ok).toBe(false);
    expect(report.findings.map((finding) => finding.kind)).toEqual(['leak']);
  });

  it('finds a throw behind conditions that show one after the other, by what each input reaches', {
    timeout: 600_000,
  }, async () => {
    const { run: report, ok } = await run('planted-maze', 4_000_000);
    expect(ok).toBe(false);
    expect(Buffer.from(report.findings[0]?.input ?? '', 'base64').toString('latin1')).toBe('MA!');
  });

  it('finds nothing in a sound target with a bounded cache', { timeout: 600_000 }, async () => {
    const { run: report, ok } = await run('sound', 20_000);
    expect(report.findings).toEqual([]);
    expect(report.executions).toBeGreaterThan(20_000);
    expect(ok).toBe(true);
  });
});

describe('the mutator', () => {
  it('yields the same mutants for the same seed, never longer than allowed', () => {
    const corpus = corpusOf([new TextEncoder().encode('Via: SIP/2.0/TLS host;branch=z9hG4bK1\r\n')]);
    const series = (seed: number): string[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 500 }, () => Buffer.from(mutate(corpus, random, 300)).toString('latin1'));
    };
    expect(series(3)).toEqual(series(3));
    expect(new Set(series(3)).size).toBeGreaterThan(400);
    expect(series(4)).not.toEqual(series(3));
    expect(Math.max(...series(5).map((mutant) => mutant.length))).toBeLessThanOrEqual(300);
  });

  it('goes on from an empty input', () => {
    const random = seededRandom(1);
    const corpus = corpusOf([new Uint8Array()]);
    for (let i = 0; i < 1000; i += 1) expect(mutate(corpus, random, 64).length).toBeLessThanOrEqual(64);
  });
});
