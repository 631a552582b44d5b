import { describe, expect, it } from 'vitest';
import type { Interval } from '../timer/interval.ts';
import { IdleWatch, type Idling } from './idle-watch.ts';

const idleMs = 800;

/** Time that passes in steps of an interval. */
class Steps implements Interval {
  runs: (() => void) | undefined;
  everyMs = 0;
  now = 0;

  start(run: () => void, everyMs: number): () => void {
    this.runs = run;
    this.everyMs = everyMs;
    return () => {
      this.runs = undefined;
    };
  }

  pass(ms: number): void {
    for (const end = this.now + ms; this.now < end; ) {
      this.now += 1;
      if (this.now % this.everyMs === 0) this.runs?.();
    }
  }
}

class Connection implements Idling {
  heard = false;
  endedAt: number | undefined;
  readonly #steps: Steps;
  readonly #watch: IdleWatch;

  constructor(steps: Steps, watch: IdleWatch) {
    this.#steps = steps;
    this.#watch = watch;
    watch.add(this);
  }

  heardSinceLook(): boolean {
    const { heard } = this;
    this.heard = false;
    return heard;
  }

  idledOut(): void {
    this.endedAt = this.#steps.now;
    this.#watch.remove(this);
  }
}

describe('a connection on which nothing comes', () => {
  it('ends when its time is over, no earlier and an eighth later at most', () => {
    for (const before of [0, 1, 50, 99]) {
      const steps = new Steps();
      const watch = new IdleWatch(idleMs, steps);
      const other = new Connection(steps, watch);
      steps.pass(before);
      const connection = new Connection(steps, watch);
      for (let i = 0; i < 30; i++) {
        other.heard = true;
        steps.pass(50);
      }
      expect(connection.endedAt).toBeGreaterThanOrEqual(before + idleMs);
      expect(connection.endedAt).toBeLessThanOrEqual(before + (idleMs * 9) / 8);
      expect(other.endedAt).toBeUndefined();
    }
  });

  it('has its whole time again with each byte', () => {
    const steps = new Steps();
    const watch = new IdleWatch(idleMs, steps);
    const connection = new Connection(steps, watch);
    steps.pass(799);
    connection.heard = true;
    steps.pass(799);
    expect(connection.endedAt).toBeUndefined();
    steps.pass(102);
    expect(connection.endedAt).toBeGreaterThan(0);
  });

  it('costs nothing once there are none', () => {
    const steps = new Steps();
    const watch = new IdleWatch(idleMs, steps);
    const connection = new Connection(steps, watch);
    expect(steps.runs).toBeDefined();
    watch.remove(connection);
    expect(steps.runs).toBeUndefined();
    new Connection(steps, watch);
    expect(steps.runs).toBeDefined();
  });
});
