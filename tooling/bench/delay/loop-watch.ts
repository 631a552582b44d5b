import { readFileSync } from 'node:fs';
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

/** Watches the event loop of a process until it is asked. */
export function startDelay(inspector: Inspector): Promise<() => Promise<LoopDelay>> {
  return start(inspector, programOf('watch-delay'));
}

/** Watches for long stretches until it is asked; this makes the process slower. */
export function startStretches(inspector: Inspector, leastMs: number): Promise<() => Promise<Stretches>> {
  return start(inspector, `globalThis.leastStretchMs = ${leastMs};\n${programOf('watch-stretches')}`);
}

/** What the measured process runs: a program that leaves a function `endWatch`. */
function programOf(name: string): string {
  return readFileSync(new URL(`./${name}.js`, import.meta.url), 'utf8');
}

async function start<Found>(inspector: Inspector, expression: string): Promise<() => Promise<Found>> {
  await inspector.evaluate(expression);
  return () => inspector.evaluate<Found>('globalThis.endWatch()');
}
