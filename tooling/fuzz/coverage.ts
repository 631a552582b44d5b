import { Session } from 'node:inspector';

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

interface FunctionCoverage {
  /** The whole function first, then the blocks in it whose count differs from what surrounds them, outer ones first. */
  readonly ranges: readonly Range[];
}

interface ScriptCoverage {
  readonly scriptId: string;
  readonly url: string;
  readonly functions: readonly FunctionCoverage[];
}

/**
 * Which parts of the product an execution reached, by V8's own block counters: no instrumented build is needed. Reading
 * them costs milliseconds, so the fuzzer asks once for a batch of inputs.
 */
export class Coverage {
  readonly #session = new Session();
  readonly #reached = new Set<string>();
  /** Where blocks were seen to begin and end, by function: a block that runs as often as its function is not reported. */
  readonly #edges = new Map<string, Set<number>>();

  constructor() {
    this.#session.connect();
    this.#post('Profiler.enable');
    this.#post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** @returns the parts that were reached since the last look, and never before */
  news(): ReadonlySet<string> {
    const fresh = new Set<string>();
    for (const part of this.#look()) {
      if (this.#reached.has(part)) continue;
      this.#reached.add(part);
      fresh.add(part);
    }
    return fresh;
  }

  /** @returns which of these parts were reached since the last look */
  reachedOf(parts: ReadonlySet<string>): ReadonlySet<string> {
    const reached = new Set<string>();
    for (const part of this.#look()) if (parts.has(part)) reached.add(part);
    return reached;
  }

  /** The edges behind which code ran since the last look. */
  *#look(): Generator<string> {
    const { result = [] } = this.#post('Profiler.takePreciseCoverage') as {
      result?: readonly ScriptCoverage[];
    };
    for (const { scriptId, url, functions } of result) {
      if (!isProduct(url)) continue;
      for (const { ranges } of functions) {
        for (const edge of this.#edgesOf(scriptId, ranges)) {
          const innermost = ranges.findLast((range) => range.startOffset <= edge && edge < range.endOffset);
          if (innermost !== undefined && innermost.count > 0) yield `${scriptId}:${edge}`;
        }
      }
    }
  }

  #edgesOf(scriptId: string, ranges: readonly Range[]): ReadonlySet<number> {
    const [whole] = ranges;
    if (whole === undefined) return new Set();
    const key = `${scriptId}:${whole.startOffset}-${whole.endOffset}`;
    const edges = this.#edges.get(key) ?? new Set();
    this.#edges.set(key, edges);
    for (const { startOffset, endOffset } of ranges) edges.add(startOffset).add(endOffset);
    return edges;
  }

  close(): void {
    this.#post('Profiler.stopPreciseCoverage');
    this.#session.disconnect();
  }

  /** A session of the own thread answers before `post` returns. */
  #post(method: string, parameters: object = {}): object {
    let answer: object | undefined;
    this.#session.post(method, parameters, (fault, result) => {
      if (fault !== null) throw new Error(`${method}: ${fault.message}`);
      answer = result ?? {};
    });
    if (answer === undefined) throw new Error(`${method} gave no answer at once`);
    return answer;
  }
}

function isProduct(url: string): boolean {
  return !url.includes('/node_modules/') && (url.includes('/packages/') || url.includes('/fuzz/testing/'));
}
