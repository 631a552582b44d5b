import type { Inspector } from '../process/inspector.ts';

/** How long the event loop of a process kept others waiting, in milliseconds. */
export interface LoopDelay {
  /** Of a timer that is due every millisecond: how much later it came. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly pauses: readonly Pause[];
}

/** A pause for garbage. */
export interface Pause {
  readonly ms: number;
  /** Of the young generation alone. */
  readonly isMinor: boolean;
}

/** Stretches of JavaScript that nothing else came between. */
export interface Stretches {
  /** All of them. */
  readonly counted: number;
  /** Those of at least the length that was asked for, by what had called them; the longest first. */
  readonly long: readonly LongStretch[];
}

/** Stretches that one kind of event had called. */
export interface LongStretch {
  /** The class of Node's resource, e.g. `TLSWrap`, `Timeout`, `TickObject`. */
  readonly by: string;
  readonly count: number;
  /** Milliseconds of processor time of the longest. */
  readonly ms: number;
}

/** What the measured process runs; nothing that is built knows of it. */
const watchDelay = `{
  const { constants, monitorEventLoopDelay, PerformanceObserver } = process.getBuiltinModule('node:perf_hooks');
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const pauses = [];
  const add = (entries) => {
    for (const { detail, duration } of entries)
      pauses.push({ ms: duration, isMinor: detail.kind === constants.NODE_PERFORMANCE_GC_MINOR });
  };
  const observer = new PerformanceObserver((list) => add(list.getEntries()));
  observer.observe({ entryTypes: ['gc'] });
  globalThis.endWatch = () => {
    delay.disable();
    add(observer.takeRecords());
    observer.disconnect();
    // The histogram counts nanoseconds from one call of the timer to the next: a millisecond between them is as it should be.
    const late = (ns) => Math.max(0, ns / 1e6 - 1);
    return { p50: late(delay.percentile(50)), p99: late(delay.percentile(99)), max: late(delay.max), pauses };
  };
  delay.enable();
}`;

const watchStretches = (leastMs: number): string => `{
  const { createHook, executionAsyncResource } = process.getBuiltinModule('node:async_hooks');
  const long = new Map();
  let counted = 0;
  let depth = 0;
  let began = 0;
  let beganOnProcessor = 0;
  const onProcessor = () => { const { system, user } = process.cpuUsage(); return (system + user) / 1000; };
  const before = () => {
    depth += 1;
    if (depth !== 1) return;
    beganOnProcessor = onProcessor();
    began = performance.now();
  };
  const after = () => {
    // The inspector may have started this in the middle of a stretch.
    if (depth === 0) return;
    depth -= 1;
    if (depth !== 0) return;
    // The clock goes on while another process has the core, and other threads of this one have processor time of theirs.
    const ms = Math.min(performance.now() - began, onProcessor() - beganOnProcessor);
    counted += 1;
    if (ms < ${leastMs}) return;
    const by = executionAsyncResource()?.constructor?.name ?? 'unknown';
    const known = long.get(by) ?? { count: 0, ms: 0 };
    long.set(by, { by, count: known.count + 1, ms: Math.max(known.ms, ms) });
  };
  const hook = createHook({ before, after }).enable();
  globalThis.endWatch = () => {
    hook.disable();
    return { counted, long: [...long.values()].sort((a, b) => b.ms - a.ms) };
  };
}`;

/** Watches the event loop of a process until it is asked. */
export function startDelay(inspector: Inspector): Promise<() => Promise<LoopDelay>> {
  return start(inspector, watchDelay);
}

/** Watches for long stretches until it is asked; this makes the process slower. */
export function startStretches(inspector: Inspector, leastMs: number): Promise<() => Promise<Stretches>> {
  return start(inspector, watchStretches(leastMs));
}

async function start<Found>(inspector: Inspector, expression: string): Promise<() => Promise<Found>> {
  await inspector.evaluate(expression);
  return () => inspector.evaluate<Found>('globalThis.endWatch()');
}
