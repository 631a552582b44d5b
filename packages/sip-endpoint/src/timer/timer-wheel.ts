import { callback, withMethods } from '@entente/options';
import { monotonicNow } from '../clock/monotonic-clock.ts';
import { checkArgument } from '../options/option-rules.ts';
import { type Interval, systemInterval } from './interval.ts';

/** What a {@link TimerWheel} wakes. */
export interface Wakeable<Name> {
  /**
   * The time asked for has passed.
   * @param name - what was scheduled
   * @param now - milliseconds since 1970
   */
  wake(name: Name, now: number): void;
}

/** A scheduled wake-up; give it back to {@link TimerWheel.cancel}. */
export interface WheelTimer<Name> {
  /** What is woken; undefined once the timer has fired or was cancelled. */
  owner: Wakeable<Name> | undefined;
  /** What was scheduled, handed back to the owner. */
  name: Name;
  /** Turns of the wheel that still pass before it is due; 0 where it is due in this one. */
  rounds: number;
  /** Index of its slot, 0 to 1023. */
  slot: number;
  /** The timer before it in its slot; undefined for the first. */
  previous: WheelTimer<Name> | undefined;
  /** The timer behind it in its slot; undefined for the last. */
  next: WheelTimer<Name> | undefined;
}

/** Width of a slot: SIP's shortest timer is 500 ms (T1), so a tenth of that is late by little. */
const tickMs = 50;
/** Slots: 1024 × 50 ms covers the 32 s of timers B, F and H in one round. */
const slotCount = 1024;

/**
 * Many timers that are nearly always cancelled, at the price of two pointer writes each: one interval serves them all.
 * Never early, late by at most one tick.
 */
export class TimerWheel<Name> {
  readonly #slots: (WheelTimer<Name> | undefined)[] = new Array(slotCount).fill(undefined);
  readonly #clock: () => number;
  readonly #interval: Interval;
  #stopInterval: (() => void) | undefined;
  #cursor = 0;
  #cursorTime = 0;
  #size = 0;

  /**
   * @param clock - milliseconds since 1970, never set back or forward; default {@link monotonicNow}
   * @param interval - how to be called again; default `setInterval`, which does not keep the process alive
   */
  constructor(clock: () => number = monotonicNow, interval: Interval = systemInterval) {
    checkArgument(clock, callback, 'clock', 'TimerWheel');
    checkArgument(interval, withMethods('an interval', 'start'), 'interval', 'TimerWheel');
    this.#clock = clock;
    this.#interval = interval;
  }

  /** Timers that wait. */
  get size(): number {
    return this.#size;
  }

  /** The time by its clock, milliseconds since 1970. */
  now(): number {
    return this.#clock();
  }

  /**
   * @param delayMs - milliseconds from now, 0 or more
   * @param owner - what to wake
   * @param name - handed back to the owner
   */
  schedule(delayMs: number, owner: Wakeable<Name>, name: Name): WheelTimer<Name> {
    if (this.#size === 0) {
      this.#cursorTime = this.#clock();
      this.#stopInterval ??= this.#interval.start(() => this.advance(), tickMs);
    }
    // Counted from the cursor, so that a wheel that lags behind the clock is never early.
    const ticks = Math.max(1, Math.ceil((this.#clock() + delayMs - this.#cursorTime) / tickMs));
    const slot = (this.#cursor + ticks) % slotCount;
    const head = this.#slots[slot];
    const timer: WheelTimer<Name> = {
      owner,
      name,
      rounds: Math.floor((ticks - 1) / slotCount),
      slot,
      previous: undefined,
      next: head,
    };
    if (head !== undefined) head.previous = timer;
    this.#slots[slot] = timer;
    this.#size++;
    return timer;
  }

  /** Forgets a timer; one that has fired or was cancelled is ignored. */
  cancel(timer: WheelTimer<Name>): void {
    if (timer.owner === undefined) return;
    timer.owner = undefined;
    if (timer.previous === undefined) this.#slots[timer.slot] = timer.next;
    else timer.previous.next = timer.next;
    if (timer.next !== undefined) timer.next.previous = timer.previous;
    // A timer that is garbage must not keep its neighbours from being it.
    timer.previous = undefined;
    timer.next = undefined;
    this.#size--;
    if (this.#size === 0) this.#rest();
  }

  /** Wakes everybody whose time has passed. */
  advance(): void {
    const now = this.#clock();
    while (this.#size > 0 && this.#cursorTime + tickMs <= now) {
      this.#cursorTime += tickMs;
      this.#cursor = (this.#cursor + 1) % slotCount;
      // Found before the first is woken, because a callback may cancel any of them.
      for (const timer of this.#due()) {
        const { owner } = timer;
        this.cancel(timer);
        owner?.wake(timer.name, now);
      }
    }
  }

  #due(): readonly WheelTimer<Name>[] {
    const due: WheelTimer<Name>[] = [];
    for (let timer = this.#slots[this.#cursor]; timer !== undefined; timer = timer.next) {
      if (timer.rounds > 0) timer.rounds--;
      else due.push(timer);
    }
    return due;
  }

  /** Forgets every timer. */
  clear(): void {
    for (const head of this.#slots) {
      for (let timer = head; timer !== undefined; timer = timer.next) timer.owner = undefined;
    }
    this.#slots.fill(undefined);
    this.#size = 0;
    this.#rest();
  }

  #rest(): void {
    this.#stopInterval?.();
    this.#stopInterval = undefined;
  }
}
