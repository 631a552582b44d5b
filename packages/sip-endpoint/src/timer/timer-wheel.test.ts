import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TimerWheel, type WheelTimer } from './timer-wheel.ts';

function wheelOnFakeClock() {
  let now = 1_000_000;
  let running = 0;
  const woken: { name: string; at: number }[] = [];
  const owner = { wake: (name: string, at: number) => void woken.push({ name, at }) };
  const interval = {
    start() {
      running++;
      return () => void running--;
    },
  };
  const wheel = new TimerWheel<string>(() => now, interval);
  return {
    wheel,
    owner,
    woken,
    running: () => running,
    advance: (ms: number) => {
      now += ms;
      wheel.advance();
    },
    now: () => now,
  };
}

describe('timer wheel', () => {
  it('wakes once, not early and at most one tick late', () => {
    const { wheel, owner, woken, advance } = wheelOnFakeClock();
    wheel.schedule(500, owner, 'A');
    advance(499);
    expect(woken).toEqual([]);
    advance(51);
    advance(60_000);
    expect(woken.map((entry) => entry.name)).toEqual(['A']);
  });

  it('does not wake a cancelled timer and rests when none waits', () => {
    const { wheel, owner, woken, advance, running } = wheelOnFakeClock();
    const timer = wheel.schedule(500, owner, 'A');
    expect(running()).toBe(1);
    wheel.cancel(timer);
    wheel.cancel(timer);
    advance(10_000);
    expect(woken).toEqual([]);
    expect(wheel.size).toBe(0);
    expect(running()).toBe(0);
  });

  it('wakes those of a slot that are left when one of them cancels another', () => {
    const { wheel, woken, owner, advance } = wheelOnFakeClock();
    const timers: WheelTimer<string>[] = [];
    const canceller = { wake: () => wheel.cancel(timers[1]!) };
    timers.push(wheel.schedule(500, owner, 'A'), wheel.schedule(500, owner, 'B'));
    wheel.schedule(500, canceller, 'C');
    advance(600);
    expect(woken.map((entry) => entry.name)).toEqual(['A']);
    expect(wheel.size).toBe(0);
  });

  it('waits longer than one round', () => {
    const { wheel, owner, woken, advance } = wheelOnFakeClock();
    wheel.schedule(180_000, owner, 'C');
    for (let passed = 0; passed < 179_950; passed += 50) advance(50);
    expect(woken).toEqual([]);
    advance(100);
    expect(woken).toHaveLength(1);
  });

  it('survives an owner that cancels its neighbour while it is woken', () => {
    const { wheel, woken, advance } = wheelOnFakeClock();
    let neighbour: WheelTimer<string> | undefined;
    const owner = {
      wake(name: string, at: number) {
        woken.push({ name, at });
        if (neighbour !== undefined) wheel.cancel(neighbour);
      },
    };
    neighbour = wheel.schedule(500, owner, 'first');
    wheel.schedule(500, owner, 'second');
    advance(1_000);
    expect(woken).toHaveLength(1);
    expect(wheel.size).toBe(0);
  });

  it('wakes exactly those that were not cancelled, never early (property)', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            delay: fc.integer({ min: 0, max: 200_000 }),
            cancel: fc.boolean(),
            pause: fc.integer({ min: 0, max: 3_000 }),
          }),
          { maxLength: 60 },
        ),
        (plan) => {
          const { wheel, owner, woken, advance, now } = wheelOnFakeClock();
          const due = new Map<string, number>();
          plan.forEach(({ delay, cancel, pause }, index) => {
            const timer = wheel.schedule(delay, owner, String(index));
            if (cancel) wheel.cancel(timer);
            else due.set(String(index), now() + delay);
            advance(pause);
          });
          for (let passed = 0; passed < 210_000; passed += 1_000) advance(1_000);
          expect(woken.map((entry) => entry.name).sort()).toEqual([...due.keys()].sort());
          for (const entry of woken) expect(entry.at).toBeGreaterThanOrEqual(due.get(entry.name) as number);
          expect(wheel.size).toBe(0);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('leaves a timer that is over no link to its neighbours', () => {
    const { wheel, owner, advance } = wheelOnFakeClock();
    const timers = ['A', 'B', 'C'].map((name) => wheel.schedule(500, owner, name));
    wheel.cancel(timers[1]!);
    advance(600);
    for (const { previous, next } of timers) expect([previous, next]).toEqual([undefined, undefined]);
  });

  it('wakes each in time whatever those that are woken schedule, cancel or clear (property)', () => {
    const delays = [0, 1, 49, 50, 500, 51_150, 51_200, 60_000, 102_400];
    const step = fc.record({
      act: fc.constantFrom('schedule', 'schedule', 'cancel', 'clear'),
      which: fc.nat(1_000),
      passes: fc.constantFrom(10, 50, 120, 51_200),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 40, maxLength: 120 }), (plan) => {
        const { wheel, advance, now, running } = wheelOnFakeClock();
        const waiting = new Set<{ readonly due: number; readonly timer: WheelTimer<string> }>();
        const steps = plan.values();
        let pass = 0;
        const act = (): void => {
          const { value } = steps.next();
          if (value === undefined) return;
          const { act: what, which } = value;
          const at = [...waiting][which % Math.max(1, waiting.size)];
          if (what === 'schedule') schedule(delays[which % delays.length]!);
          else if (what === 'clear' && which % 8 === 0) {
            wheel.clear();
            waiting.clear();
          } else if (at !== undefined) {
            wheel.cancel(at.timer);
            waiting.delete(at);
          }
        };
        const schedule = (delay: number): void => {
          const due = now() + delay;
          const owner = {
            wake() {
              expect(waiting.delete(entry)).toBe(true);
              expect(now()).toBeGreaterThanOrEqual(due);
              expect(now()).toBeLessThanOrEqual(due + pass + 50);
              act();
              act();
            },
          };
          const entry = { due, timer: wheel.schedule(delay, owner, '') };
          waiting.add(entry);
        };
        for (const { passes } of plan) {
          act();
          schedule(50);
          pass = passes;
          advance(passes);
          expect(wheel.size).toBe(waiting.size);
          expect(running()).toBe(waiting.size > 0 ? 1 : 0);
          for (const { due } of waiting) expect(due + 50).toBeGreaterThanOrEqual(now());
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('a timer wheel on the clock of the process', () => {
  afterEach(() => void vi.useRealTimers());

  it.each([3_600_000, -3_600_000])(
    'wakes when its time has passed, though the system clock is set by %d ms',
    (jumpMs) => {
      vi.useFakeTimers();
      const woken: string[] = [];
      const wheel = new TimerWheel<string>();
      wheel.schedule(500, { wake: (name) => void woken.push(name) }, 'A');
      vi.setSystemTime(Date.now() + jumpMs);
      vi.advanceTimersByTime(400);
      expect(woken).toEqual([]);
      vi.advanceTimersByTime(200);
      expect(woken).toEqual(['A']);
    },
  );
});
