import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What a conformance suite is. A file `tooling/conformance/suites/<name>.ts` exports it as `suite`; the runner
 * finds it by that, so there is no list to keep. Parts of a suite that want files of their own live in a folder
 * `suites/<name>/`, which discovery does not enter.
 */

/** A case whose outcome differs from the vector's, on purpose. The reason is one sentence a reader can check. */
export interface ConformanceException {
  readonly id: string;
  readonly reason: string;
}

/** A case that should have passed and did not. */
export interface ConformanceFailure {
  readonly id: string;
  readonly expected: string;
  readonly actual: string;
}

/** `total` is always `passed + failed + skipped`; an exception counts as passed only while it still differs. */
export interface ConformanceResult {
  readonly suite: string;
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly exceptions: readonly ConformanceException[];
  readonly failures: readonly ConformanceFailure[];
  /** Why cases were skipped; present whenever `skipped` is not 0. */
  readonly reason?: string;
}

export interface ConformanceOptions {
  /** Absolute path of the vector root (the folder that holds `pkits/`, `x509-limbo/`, …); it exists. */
  readonly vectors: string;
  /** A line for people; never part of the result. */
  readonly log: (line: string) => void;
}

export interface ConformanceSuite {
  readonly name: string;
  /**
   * Files or folders below the vector root that the suite reads. Empty when the suite brings its own cases; then
   * it runs without vectors and `options.vectors` is an empty string.
   */
  readonly needs: readonly string[];
  run(options: ConformanceOptions): Promise<ConformanceResult> | ConformanceResult;
}

/** One case, as a suite records it. `actual` is compared with `expected` as text. */
export interface ConformanceCase {
  readonly id: string;
  readonly expected: string;
  readonly actual: string;
}

/** An entry of a suite's ledger of exceptions: this case yields `actual`, and that is right for this reason. */
export interface LedgerEntry {
  readonly id: string;
  readonly expected: string;
  readonly actual: string;
  readonly reason: string;
}

/**
 * Turns cases and a ledger into a result. A ledger entry that no longer describes what happens (the case passes
 * by itself, yields something else, or is gone) is a failure: a stale excuse must not hide the next regression.
 *
 * @param suite Name of the suite.
 * @param cases Every case that ran, ids unique.
 * @param ledger The suite's exceptions.
 * @param skipped Cases that did not run, with the reason for all of them.
 */
export function tally(
  suite: string,
  cases: readonly ConformanceCase[],
  ledger: readonly LedgerEntry[] = [],
  skipped: { readonly count: number; readonly reason: string } = { count: 0, reason: '' },
): ConformanceResult {
  const excused = new Map(ledger.map((entry) => [entry.id, entry]));
  const failures: ConformanceFailure[] = [];
  const exceptions: ConformanceException[] = [];
  const seen = new Set<string>();
  let passed = 0;
  for (const { id, expected, actual } of cases) {
    if (seen.has(id)) {
      failures.push({ id, expected: 'an id of its own', actual: 'an id used twice' });
      continue;
    }
    seen.add(id);
    const entry = excused.get(id);
    if (entry === undefined) {
      if (actual === expected) passed += 1;
      else failures.push({ id, expected, actual });
    } else if (entry.expected === expected && entry.actual === actual && actual !== expected) {
      passed += 1;
      exceptions.push({ id, reason: entry.reason });
    } else {
      const found = `stale ledger entry: expected ${expected}, found ${actual}`;
      failures.push({
        id,
        expected: `${entry.actual} instead of ${entry.expected}, as the ledger says`,
        actual: found,
      });
    }
  }
  const gone = ledger.filter((entry) => !seen.has(entry.id));
  for (const entry of gone) {
    failures.push({
      id: entry.id,
      expected: 'a case with this id',
      actual: 'stale ledger entry: no such case ran',
    });
  }
  const result = {
    suite,
    total: cases.length + gone.length + skipped.count,
    passed,
    failed: failures.length,
  };
  const counted = { ...result, skipped: skipped.count, exceptions, failures };
  return skipped.count === 0 ? counted : { ...counted, reason: skipped.reason };
}

/**
 * What a suite reports that brings no cases of its own and was given no vectors.
 *
 * @param suite - its name
 * @param what - what the folder, or the file, has to be
 */
export function withoutVectors(suite: string, what: string): ConformanceResult {
  const reason = `no vectors: pass --vectors PATH (${what}) or set ENTENTE_VECTORS`;
  return tally(suite, [], [], { count: 1, reason });
}

/** The first of some folders that has a file; undefined where none has, or no vectors were given. */
export function folderWith(file: string, vectors: string, ...below: readonly string[]): string | undefined {
  if (vectors === '') return undefined;
  return [...below.map((path) => join(vectors, path)), vectors].find((path) => existsSync(join(path, file)));
}
