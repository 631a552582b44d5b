import { escapeInvisible } from '@entente/trust';
import { remedyIfLost } from '../output-not-written.ts';

/** What a command prints at its end. */
export interface Answer {
  /** For programs: one JSON object. */
  readonly json: object;
  /** For people, line by line. */
  readonly lines: readonly string[];
  /** What to do next, as commands or sentences. */
  readonly next?: readonly string[];
  /** Whether something was refused or a check failed; exit status 1. */
  readonly failed?: boolean;
  /** What to do where it cannot be written: for an answer with something that is shown only once. */
  readonly ifLost?: string | undefined;
}

/**
 * Prints an answer and sets the exit status.
 * @param answer - what was done or found
 * @param asJson - one JSON object instead of text
 */
export function give(
  { json, lines, next = [], failed = false, ifLost }: Answer,
  asJson: boolean | undefined,
): void {
  remedyIfLost(ifLost);
  if (asJson === true) process.stdout.write(`${JSON.stringify({ ok: !failed, ...json, next })}\n`);
  else {
    const steps = next.length === 0 ? [] : ['', 'Next:', ...next.map((step) => `  ${step}`)];
    printLines([...lines, ...steps]);
  }
  if (failed) process.exitCode = 1;
}

/**
 * Prints lines for people. What a peer or a file has named in them is escaped, a line end in a line too.
 * @param lines - without line ends
 */
export function printLines(lines: readonly string[]): void {
  process.stdout.write(`${lines.map(escapeInvisible).join('\n')}\n`);
}

/**
 * Lays out rows in columns for a terminal.
 * @param rows - cells; the first row is the heading
 */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  }
  return rows.map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** A number with its noun: `1 pool`, `2 pools`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
