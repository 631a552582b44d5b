/** Timers of one machine on a clock that moves only by `advance`. */
export class Timers<Name extends string> {
  now = 0;
  readonly due = new Map<Name, number>();
  wake: (name: Name) => void = () => {};

  start(name: Name, afterMs: number): void {
    this.due.set(name, this.now + afterMs);
  }

  stop(name: Name): void {
    if (!this.due.delete(name)) throw new Error(`timer ${name} was stopped but does not run`);
  }

  advance(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const next = [...this.due].filter(([, at]) => at <= until).sort((a, b) => a[1] - b[1])[0];
      if (next === undefined) break;
      this.due.delete(next[0]);
      this.now = next[1];
      this.wake(next[0]);
    }
    this.now = until;
  }
}
