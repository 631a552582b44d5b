import type { LinkEntry, RefusalEntry } from '@entente/testkit/repository';
import { escapeInvisible } from '@entente/trust';
import type { DemoDelivery } from './report/demo-report.ts';

const colours = { good: 32, bad: 31, dim: 2, strong: 1 } as const;

/** A terminal whose user sets it gets no colours (https://no-color.org). */
const noColour = 'NO_COLOR';

/** Writes the account for people, as it happens. Colour only on a terminal; what processes and peers have named is escaped. */
export class Paper {
  readonly #stream: NodeJS.WriteStream;
  readonly #startedAt = performance.now();
  #isOver = false;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  title(text: string): void {
    this.#line(`\n${this.#paint('strong', text)}`);
  }

  step(text: string): void {
    const seconds = ((performance.now() - this.#startedAt) / 1000).toFixed(1).padStart(5);
    this.#line(this.#paint('dim', `${seconds} s  ${text}`));
  }

  link({ cipher, from, link, protection, tls, to }: LinkEntry): void {
    this.#line(
      `  link ${String(link).padStart(2)}  ${escapeInvisible(`${from} → ${to}`)}  ${this.#paint('good', protection)}  ${escapeInvisible(`${tls} ${cipher}`)}`,
    );
  }

  delivery({ from, through, to, tookMs, what }: DemoDelivery): void {
    const way = escapeInvisible(`${what}  ${[from, ...through, to].join(' → ')}`);
    this.#line(`  ${this.#paint('good', '✓')} ${way}  ${tookMs} ms`);
  }

  refusal({ attack, expected, reason, refusedBy, remedy }: RefusalEntry): void {
    const right = reason === expected;
    this.#line(`  ${this.#paint(right ? 'good' : 'bad', right ? '✓' : '✗')} ${attack}`);
    this.#line(
      `      ${escapeInvisible(refusedBy)} refused: ${this.#paint('strong', reason)}${right ? '' : ` (expected ${expected})`}`,
    );
    this.#line(this.#paint('dim', `      remedy: ${remedy}`));
  }

  failure(what: string, error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    this.#line(`  ${this.#paint('bad', '✗')} ${escapeInvisible(`${what}: ${why}`)}`);
  }

  text(text: string): void {
    this.#line(text);
  }

  /** Nothing follows: what servers say while they stop is not part of the account. */
  end(): void {
    this.#isOver = true;
  }

  #line(text: string): void {
    if (!this.#isOver) this.#stream.write(`${text}\n`);
  }

  #paint(colour: keyof typeof colours, text: string): string {
    const safe = escapeInvisible(text);
    const isColoured = this.#stream.isTTY && (process.env[noColour] ?? '') === '';
    return isColoured ? `\u001b[${colours[colour]}m${safe}\u001b[0m` : safe;
  }
}
