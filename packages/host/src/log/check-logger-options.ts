import { OperatorFault } from '../fault.ts';

const levels: readonly unknown[] = ['debug', 'info', 'warn', 'error'];
const names: readonly string[] = ['app', 'source', 'level'];

/**
 * Looks at the options of a logger: with a misspelt level it would write another one, and a text as its destination would be opened as a file.
 * @param options - as given
 * @param destination - as given
 * @throws OperatorFault `ENTENTE_PROGRAM_INVALID`
 */
export function checkLoggerOptions(options: unknown, destination: unknown): void {
  if (typeof options !== 'object' || options === null)
    throw invalid('expected an object with options, found something else', 'options');
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw invalid(
      `expected only ${names.join(', ')}, found ${JSON.stringify(unknown.slice(0, 60))}`,
      'options',
    );
  const { app, level, source } = options as Readonly<Record<string, unknown>>;
  if (!isText(app)) throw invalid('expected the name of the app, found none', 'app');
  if (source !== undefined && !isText(source))
    throw invalid(`expected the FQDN of a server, found a ${typeof source}`, 'source');
  if (level !== undefined && !levels.includes(level))
    throw invalid(`expected ${levels.join(', ')}, found ${found(level)}`, 'level');
  const { write } = (typeof destination === 'object' ? (destination ?? {}) : {}) as {
    readonly write?: unknown;
  };
  if (typeof write !== 'function')
    throw invalid('expected a stream with write, found something else', 'destination');
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function found(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 60)) : `a ${typeof value}`;
}

function invalid(sentence: string, name: string): OperatorFault {
  return new OperatorFault('ENTENTE_PROGRAM_INVALID', {
    sentence,
    place: `${name} of createLogger`,
    remedy: 'correct the call: createLogger({ app, source, level }, stream)',
  });
}
