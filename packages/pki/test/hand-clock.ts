import { readFile } from 'node:fs/promises';
import type { UpkeepClock } from '@entente/pki/node';
import { decodeCrl, decodePem } from '@entente/x509';
import { expect } from 'vitest';

const start = Date.UTC(2026, 0, 15, 12);

/** A clock that a test moves; what is due is done when it is asked to look. */
export class HandClock implements UpkeepClock {
  time = start;
  #looks: (() => void)[] = [];
  now = (): number => this.time;
  /** Milliseconds to the look that was planned last. */
  delay = 0;
  after(delayMs: number, run: () => void): () => void {
    this.delay = delayMs;
    this.#looks.push(run);
    return () => {
      this.#looks = this.#looks.filter((one) => one !== run);
    };
  }
  /** Looks after what is due, and waits until the next look is planned. */
  async pass(milliseconds: number): Promise<void> {
    this.time += milliseconds;
    for (const look of this.#looks.splice(0)) look();
    await expect.poll(() => this.#looks.length).toBe(1);
  }
}

/** The serial numbers in a file of lists. */
export async function revokedIn(file: string): Promise<readonly string[]> {
  const blocks = decodePem(await readFile(file));
  const lists = blocks.ok ? blocks.value.map(({ der }) => decodeCrl(der)) : [];
  return lists.flatMap((list) =>
    list.ok ? [...list.value.entries()].map(({ serialHex }) => serialHex) : ['?'],
  );
}
