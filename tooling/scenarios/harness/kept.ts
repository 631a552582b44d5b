import type { Logger } from '@entente/host';
import { createTestLog } from '@entente/testkit';

/** What has come so far, for tests that wait for more. */
export class Kept<T> {
  readonly all: T[] = [];
  readonly #waiting = new Set<() => void>();

  add(item: T): void {
    this.all.push(item);
    for (const look of [...this.#waiting]) look();
  }

  /** The first item that is wanted from a place on, past or to come. */
  waitFor(wanted: (item: T) => boolean, from = 0): Promise<T> {
    return new Promise((resolve) => {
      const look = () => {
        const found = this.all.slice(from).find(wanted);
        if (found === undefined) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }
}

/** A line of a log, with the server that wrote it. */
export type ServerLine = Readonly<Record<string, unknown>> & { readonly by: string };

/** The lines of all servers of a network. */
export class Lines extends Kept<ServerLine> {
  /** @param by - the server that writes */
  logger(by: string): Logger {
    const log = createTestLog(({ fields, level, message }) => this.add({ ...fields, level, message, by }));
    return { level: 'debug', ...log } as Logger;
  }
}
