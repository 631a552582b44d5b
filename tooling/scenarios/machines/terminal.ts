import type { ChildProcess } from 'node:child_process';
import type { Machine } from './machine.ts';

/** One block at most: several processes of a machine that is busy with others. */
const blockMs = 480_000;

/** The shell of root on a machine, into which the blocks of the guide are typed. */
export class Terminal {
  readonly #machine: Machine;
  readonly #shell: ChildProcess;
  #output = '';
  #blocks = 0;
  #hasEnded = false;
  readonly #listeners = new Set<() => void>();

  /** @param machine - whose terminal it is */
  constructor(machine: Machine) {
    this.#machine = machine;
    this.#shell = machine.spawn(
      ['bash', '-eu', '-o', 'pipefail', '-c', 'cd && exec bash -eu -o pipefail'],
      'pipe',
    );
    for (const stream of [this.#shell.stdout, this.#shell.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
        this.#look();
      });
    this.#shell.stdin?.on('error', () => {});
    this.#shell.once('close', () => {
      this.#hasEnded = true;
      this.#look();
    });
  }

  /**
   * Types a block, and waits for its end.
   * @param commands - of the block
   * @returns what it printed
   * @throws Error with what it printed, where a command fails
   */
  run(commands: string): Promise<string> {
    this.#blocks += 1;
    const mark = `== end of block ${this.#blocks} ==`;
    const from = this.#output.length;
    // As a file, so that a command which reads standard input finds nothing there, instead of the next commands.
    this.#machine.run(['sh', '-c', 'cat > /run/block'], Buffer.from(commands));
    this.#shell.stdin?.write(`source /run/block < /dev/null\necho '${mark}'\n`);
    return new Promise((resolve, reject) => {
      const printed = (): string => this.#output.slice(from);
      const settle = (finish: () => void): void => {
        clearTimeout(limit);
        this.#listeners.delete(look);
        finish();
      };
      const fail = (why: string): void =>
        settle(() =>
          reject(new Error(`machine ${this.#machine.name}: ${why} in\n${commands}\n${printed()}`)),
        );
      const look = (): void => {
        if (printed().includes(mark)) settle(() => resolve(printed().replace(mark, '')));
        else if (this.#hasEnded) fail('a command fails');
      };
      const limit = setTimeout(() => fail(`${blockMs} ms passed`), blockMs);
      this.#listeners.add(look);
      look();
    });
  }

  #look(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
