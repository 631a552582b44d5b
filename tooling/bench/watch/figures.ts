import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';

/** What a transaction has cost on one kind of machine. */
export interface WatchFigure {
  /** Processor time of the front end for a MESSAGE and its 200, in units of the bare relay's. */
  readonly ratio: number;
  /** When it was measured, e.g. `2026-11-26`. */
  readonly date: string;
}

/** By kind of machine, see {@link machineKey}. */
export type WatchFigures = Readonly<Record<string, WatchFigure>>;

const file = new URL('./figures.json', import.meta.url);

/**
 * Names a kind of machine: ratios of different processors, or of different versions of V8, say nothing about each other. A virtual machine may call
 * every processor of a maker by the same name, so its family and model are told as well, where the platform has them.
 *
 * @param cores - of the machine
 * @param node - as `process.version` has it
 * @param details - `/proc/cpuinfo`; empty where there is none
 */
export function machineKey(
  cores: readonly { readonly model: string }[] = cpus(),
  node: string = process.version,
  details: string = processorDetails(),
): string {
  const name = cores[0]?.model.replace(/\s+/g, ' ').trim() || 'unknown processor';
  const [family, number] = ['cpu family', 'model'].map(
    (field) => new RegExp(`^${field}\\s*: (\\d+)$`, 'm').exec(details)?.[1],
  );
  const model = family === undefined ? name : `${name} (family ${family}, model ${number ?? 'unknown'})`;
  return `${model}, ${cores.length} ${cores.length === 1 ? 'core' : 'cores'}, Node ${Number.parseInt(node.slice(1), 10)}`;
}

function processorDetails(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return '';
  }
}

/** The figures that are committed. */
export async function readFigures(): Promise<WatchFigures> {
  return JSON.parse(await readFile(file, 'utf8')) as WatchFigures;
}

/** Writes the figure of one kind of machine; those of the others stay. */
export async function writeFigure(machine: string, figure: WatchFigure): Promise<void> {
  await writeFile(file, withFigure(await readFigures(), machine, figure));
}

/** The text of the file with one figure more, or another one. */
export function withFigure(figures: WatchFigures, machine: string, { ratio, date }: WatchFigure): string {
  const all = { ...figures, [machine]: { ratio: Number(ratio.toPrecision(4)), date } };
  const sorted = Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`;
}
