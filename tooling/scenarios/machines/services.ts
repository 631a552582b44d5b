import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Machine } from './machine.ts';
import { readServiceUnit, type ServiceUnit, startCommand } from './service-unit.ts';

interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<unknown>;
}

const journalBytes = 2 ** 22;
const killedStatus = 128;

/**
 * The services of a machine, in the place of systemd: a unit is started as its file says, as `Type=exec` when its process has been started, and
 * stopped by SIGTERM to that process and by waiting for its end. A service that ends by itself stays away, and the next command about it says so.
 */
export class Services {
  readonly #machine: Machine;
  readonly #units = new Map<string, ServiceUnit>();
  readonly #running = new Map<string, Running>();
  readonly #journals = new Map<string, string>();

  /** @param machine - where they run */
  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** Reads every unit of ours that is installed. */
  readUnits(): void {
    const folder = '/etc/systemd/system';
    const names = this.#machine.run(['ls', folder]).toString('utf8').split('\n');
    for (const [, name = ''] of names.flatMap((file) => [/^(entente-.*)\.service$/.exec(file) ?? []])) {
      if (name === '') continue;
      const text = this.#machine.run(['cat', `${folder}/${name}.service`]).toString('utf8');
      this.#units.set(name, readServiceUnit(text));
    }
  }

  /**
   * Starts a unit.
   * @throws Error where it is not installed or runs, or what it runs before fails
   */
  async start(name: string): Promise<void> {
    const unit = this.#units.get(name);
    if (unit === undefined) throw new Error(`Unit ${name}.service not found, or daemon-reload is missing.`);
    if (this.#running.has(name)) throw new Error(`${name} runs already`);
    for (const { mode, path } of unit.folders)
      this.#machine.run([
        'sh',
        '-c',
        `[ -d ${path} ] || install -d -o ${unit.user} -g ${unit.group} -m ${mode} ${path}`,
      ]);
    for (const program of unit.before) {
      const before = this.#started(name, startCommand(unit, program));
      const status = await before.ended;
      if (status !== 0)
        throw new Error(`${program} ends with status ${String(status)}: ${this.journal(name)}`);
    }
    const running = this.#started(name, startCommand(unit, unit.start));
    this.#running.set(name, running);
  }

  /**
   * Stops a unit, and waits until its process has ended.
   * @throws Error where it does not run, has ended with a fault, or does not end in time
   */
  async stop(name: string): Promise<void> {
    const running = this.#running.get(name);
    const unit = this.#units.get(name);
    if (running === undefined || unit === undefined) throw new Error(`${name} does not run`);
    this.#running.delete(name);
    const main = mainProcess(running.process);
    if (main !== undefined) process.kill(main, 'SIGTERM');
    let isLate = false;
    const limit = setTimeout(() => {
      isLate = true;
      if (main !== undefined) process.kill(main, 'SIGKILL');
    }, unit.stopMs);
    const status = await running.ended;
    clearTimeout(limit);
    if (isLate) throw new Error(`${name} did not stop within ${unit.stopMs} ms, and was killed`);
    if (main === undefined || status !== 0)
      throw new Error(`${name} ended with status ${String(status)}: ${this.journal(name).slice(-2_000)}`);
  }

  /** What a unit has written, also before its last start. */
  journal(name: string): string {
    return this.#journals.get(name) ?? '';
  }

  #started(name: string, command: readonly string[]): Running {
    const child = this.#machine.spawn(command);
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#journals.set(name, (this.journal(name) + text).slice(-journalBytes));
      });
    const ended = once(child, 'close').then(([status]) => (status as number | null) ?? killedStatus);
    return { process: child, ended };
  }
}

/** The process that nsenter has become the parent of, as this machine here counts; undefined where it has ended. */
function mainProcess({ pid }: ChildProcess): number | undefined {
  try {
    const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    return first === undefined || first === '' ? undefined : Number(first);
  } catch {
    return undefined;
  }
}
