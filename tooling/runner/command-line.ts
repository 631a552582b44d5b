import { type ParseArgsConfig, parseArgs } from 'node:util';

/** What every runner's command line has in common. */
export interface CommandLine<V> {
  readonly names: readonly string[];
  readonly json: boolean;
  readonly help: boolean;
  readonly values: V;
}

/** The command line asks for something that does not exist: exit status 2. */
export class UsageFault extends Error {
  readonly code = 'ENTENTE_TOOLING_USAGE';
}

type Options = NonNullable<ParseArgsConfig['options']>;
type Values = Readonly<Record<string, string | boolean | undefined>>;

/**
 * Reads a runner's arguments: names, `--json`, `--help` and the runner's own options. A lone `--` (as a package
 * manager may pass it on) is ignored.
 *
 * @throws UsageFault for an unknown option or a missing value.
 */
export function readCommandLine(argv: readonly string[], options: Options = {}): CommandLine<Values> {
  const config = {
    args: argv.filter((argument) => argument !== '--'),
    options: { ...options, json: { type: 'boolean' }, help: { type: 'boolean' } },
    allowPositionals: true,
  } as const;
  try {
    const { values, positionals } = parseArgs(config as ParseArgsConfig);
    const plain = values as Values;
    return { names: positionals, json: plain.json === true, help: plain.help === true, values: plain };
  } catch (fault) {
    throw new UsageFault((fault as Error).message);
  }
}

/**
 * Reads an option that is a positive number.
 *
 * @throws UsageFault when it is given and is not one.
 */
export function positiveNumber(values: Values, name: string): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (typeof text !== 'string' || text.trim() === '' || !Number.isFinite(value) || value <= 0) {
    throw new UsageFault(`--${name} takes a number above 0, found "${String(text)}"`);
  }
  return value;
}

/**
 * Picks the named entries out of what was found, in the order asked for; with no name, everything.
 *
 * @throws UsageFault for a name that is not there, with the ones that are.
 */
export function pick<T extends { readonly name: string }>(
  found: readonly T[],
  names: readonly string[],
): T[] {
  if (names.length === 0) return [...found];
  return names.map((name) => {
    const match = found.find((entry) => entry.name === name);
    if (match !== undefined) return match;
    const known = found.map((entry) => entry.name).join(', ') || 'none yet';
    throw new UsageFault(`there is no "${name}" here; there is: ${known}`);
  });
}
