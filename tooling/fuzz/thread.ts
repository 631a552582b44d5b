import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { Coverage } from './coverage.ts';
import { type Corpus, corpusOf, mutate } from './mutate.ts';
import { type Random, seededRandom } from './random.ts';
import {
  blackboxBytes,
  openBlackbox,
  type RawFinding,
  type ThreadMessage,
  type ThreadOrder,
} from './session.ts';
import type { FuzzTarget } from './target.ts';

/**
 * The thread that executes the target. It reports throws and leaks itself; that it hangs, or died of too little
 * memory, its watchdog sees from outside.
 */
const order = workerData as ThreadOrder;
const blackbox = openBlackbox(order.shared);
const maxFindings = 20;
const maxCorpus = 512;
/** A leak is sustained growth; a single round may grow for reasons of the engine. */
const leakRounds = 6;
const leakShare = 0.25;
/** Most executions of a round. */
const leakMutants = 20_000;
const longestLeakMs = 20_000;
const leakBytesPerRun = 32;
/** Less than this in a round is the engine's own book-keeping, however few executions it was. */
const leakBytesPerRound = 65_536;

interface Failure {
  readonly place: string;
  readonly message: string;
}

class Session {
  readonly #target: FuzzTarget;
  readonly #known = new Set<string>();

  constructor(target: FuzzTarget) {
    this.#target = target;
  }

  /** Whether anything was found. */
  get failed(): boolean {
    return this.#known.size > 0;
  }

  /** Runs one input; the failure, where there is one. */
  execute(input: Uint8Array): Failure | undefined {
    blackbox.input.set(input);
    blackbox.state[1] = input.length;
    Atomics.store(blackbox.state, 2, 1);
    Atomics.add(blackbox.state, 0, 1);
    try {
      const returned = this.#target.run(input) as unknown;
      if (returned instanceof Promise) throw new Error('run must be synchronous, but it returned a promise');
      return undefined;
    } catch (thrown) {
      return describe(thrown);
    } finally {
      Atomics.store(blackbox.state, 2, 0);
    }
  }

  /** Reports a failure once per place, with the smallest input that shows it. */
  report(failure: Failure, input: Uint8Array): void {
    if (this.#known.has(failure.place) || this.#known.size >= maxFindings) return;
    this.#known.add(failure.place);
    tell({ kind: 'throw', message: failure.message, input: this.#shrink(failure.place, input) });
  }

  #shrink(place: string, input: Uint8Array): Uint8Array {
    let best = input;
    let budget = 2000;
    for (let size = best.length >> 1; size >= 1 && budget > 0; size >>= 1) {
      for (let from = 0; from + size <= best.length && budget > 0; ) {
        budget -= 1;
        const shorter = Buffer.concat([best.subarray(0, from), best.subarray(from + size)]);
        if (this.execute(Uint8Array.from(shorter))?.place === place) best = shorter;
        else from += size;
      }
    }
    return Uint8Array.from(best);
  }
}

function describe(thrown: unknown): Failure {
  if (!(thrown instanceof Error)) return { place: String(thrown), message: `threw ${String(thrown)}` };
  const frame = (thrown.stack ?? '').split('\n').find((line) => line.trimStart().startsWith('at ')) ?? '';
  return { place: `${thrown.name} ${frame}`, message: `${thrown.name}: ${thrown.message}\n${frame.trim()}` };
}

function tell(finding: RawFinding): void {
  post({ type: 'finding', finding });
}

function post(message: ThreadMessage): void {
  parentPort?.postMessage(message);
}

async function main(): Promise<void> {
  // Before the target is loaded: code that ran without counters never gets any.
  const coverage = new Coverage();
  const module = (await import(pathToFileURL(order.file).href)) as { readonly target: FuzzTarget };
  const { target } = module;
  const maxBytes = Math.min(target.maxBytes ?? 65536, blackboxBytes);
  const random = seededRandom(order.seed + order.generation * 7919);
  const seeds = [...target.seeds(), ...order.regressions].map((seed) =>
    Uint8Array.from(seed.subarray(0, maxBytes)),
  );
  if (seeds.length === 0) throw new Error(`target ${order.name} offers no seed`);
  post({ type: 'ready', hangMs: target.hangMs ?? 1000 });
  const session = new Session(target);
  const corpus = corpusOf(seeds);
  // A later thread follows one that died on an input: the seeds have been seen, and one of them may be what killed it.
  if (order.generation === 0) {
    for (const seed of [new Uint8Array(), ...seeds]) run(session, seed);
  }
  // The search for a leak takes a quarter, of a long run less: its rounds end by their count.
  const mutateUntil =
    order.until - Math.min(Math.max(0, order.until - Date.now()) * leakShare, longestLeakMs);
  const ground = { corpus, pinned: seeds.length, random, maxBytes, coverage };
  const more =
    order.mutants === undefined ? () => Date.now() < mutateUntil : atMost(order.mutants, order.until);
  explore(session, ground, () => more() && !(order.first && session.failed));
  coverage.close();
  probeForLeak(session, () => mutate(corpus, random, maxBytes), order);
  post({ type: 'done' });
}

function run(session: Session, input: Uint8Array): void {
  const failure = session.execute(input);
  if (failure !== undefined) session.report(failure, Uint8Array.from(input));
}

interface Ground {
  readonly corpus: Corpus;
  /** The first inputs of the corpus, which stay. */
  readonly pinned: number;
  readonly random: Random;
  readonly maxBytes: number;
  readonly coverage: Coverage;
}

/** Mutants run between two looks at the coverage, and between two looks at whether to go on. */
const batchSize = 256;
const stepSize = 32;

/** Holds for as many steps as make `mutants`, and not beyond the limit of time. */
function atMost(mutants: number, until: number): () => boolean {
  let left = Math.ceil(mutants / stepSize);
  return () => left-- > 0 && Date.now() < until;
}

/** Mutates as long as it should; a mutant that reaches new code stays, for the next ones to start from. */
function explore(session: Session, ground: Ground, goesOn: () => boolean): void {
  const { corpus, pinned, random, maxBytes, coverage } = ground;
  coverage.news();
  for (let going = goesOn(); going; ) {
    const batch: Uint8Array[] = [];
    for (let i = 0; going && i < batchSize; i += 1) {
      const input = mutate(corpus, random, maxBytes);
      run(session, input);
      batch.push(input);
      if (i % stepSize === stepSize - 1) going = goesOn();
    }
    const fresh = new Set(coverage.news());
    if (fresh.size === 0) continue;
    // Somebody in this batch was somewhere new: who, shows when they run again one by one.
    for (const input of batch) {
      session.execute(input);
      const reached = coverage.reachedOf(fresh);
      for (const part of reached) fresh.delete(part);
      if (reached.size > 0) {
        const shortest = trim(session, coverage, input, reached);
        keep(corpus, shortest, pinned, random.below(maxCorpus));
      }
      if (fresh.size === 0 || !going) break;
    }
  }
}

/** Cuts off what is not needed to get there: in a long input most mutations hit nothing. */
function trim(
  session: Session,
  coverage: Coverage,
  input: Uint8Array,
  reached: ReadonlySet<string>,
): Uint8Array {
  let best = input;
  for (let cut = best.length >> 1; cut >= 1; cut >>= 1) {
    const shorter = best.slice(0, best.length - cut);
    session.execute(shorter);
    if (coverage.reachedOf(reached).size === reached.size) best = shorter;
  }
  return best;
}

function keep(corpus: Corpus, input: Uint8Array, pinned: number, slot: number): void {
  if (corpus.inputs.length < pinned + maxCorpus) corpus.inputs.push(input);
  else corpus.inputs[pinned + slot] = input;
}

/**
 * Runs rounds of fresh mutants and weighs the heap after a collection behind each. Bounded caches and compiled code
 * reach a plateau; growth in every one of the last rounds, above a floor per execution, is a leak.
 */
function probeForLeak(
  session: Session,
  next: () => Uint8Array,
  { mutants = leakMutants, until }: ThreadOrder,
): void {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('the fuzzing process needs --expose-gc');
  const roundMs = Math.max(20, (until - Date.now()) / leakRounds);
  const enough = Math.min(mutants, leakMutants);
  const weights: number[] = [];
  const counts: number[] = [];
  for (let round = 0; round < leakRounds; round += 1) {
    const end = performance.now() + roundMs;
    let count = 0;
    // At least some hundreds a round, however slow the target: a quotient of few is noise.
    while (count < 200 || (performance.now() < end && count < enough)) {
      session.execute(next());
      count += 1;
    }
    gc();
    gc();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    weights.push(heapUsed + arrayBuffers);
    counts.push(count);
  }
  const growth = weights
    .slice(2)
    .map((weight, i) => (weight - (weights[i + 1] as number)) / (counts[i + 2] as number));
  const grows = (bytes: number, i: number): boolean =>
    bytes > leakBytesPerRun && bytes * (counts[i + 2] as number) > leakBytesPerRound;
  if (growth.every(grows)) {
    const perRun = growth.map((bytes) => Math.round(bytes)).join(', ');
    const message = `the heap keeps growing after each collection: ${perRun} bytes per execution in the last rounds`;
    tell({ kind: 'leak', message, input: null });
  }
}

main().catch((fault: unknown) => {
  post({ type: 'fault', message: fault instanceof Error ? (fault.stack ?? fault.message) : String(fault) });
});
