import { parseArgs } from 'node:util';
import { OperatorFault } from '../fault.ts';
import { programVersion } from './program-version.ts';

/** What the command line of a server says. */
export interface ProgramArguments {
  readonly configFile: string;
  readonly stopWithStdin: boolean;
  /** Check the configuration, and start nothing. */
  readonly checkConfig: boolean;
}

/** What `--help` prints. */
export interface ProgramHelp {
  /** Name of the bin. */
  readonly name: string;
  /** One line that says what the server does. */
  readonly summary: string;
  /** Settings of the configuration that operators look for: what each bounds, with its default. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * Reads the command line of a server.
 * @param program - for the help
 * @returns undefined where help or the version was asked for, and printed
 * @throws OperatorFault `ENTENTE_USAGE`
 */
export function readProgramArguments(program: ProgramHelp): ProgramArguments | undefined {
  const usage = `${program.name} --config FILE [--check-config] [--stop-with-stdin]`;
  const fault = (sentence: string): OperatorFault =>
    new OperatorFault('ENTENTE_USAGE', {
      sentence,
      place: 'the command line',
      remedy: `run: ${usage}`,
    });
  let values: {
    config?: string | undefined;
    help?: boolean | undefined;
    version?: boolean | undefined;
    'stop-with-stdin'?: boolean | undefined;
    'check-config'?: boolean | undefined;
  };
  try {
    ({ values } = parseArgs({
      options: {
        config: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
        'stop-with-stdin': { type: 'boolean' },
        'check-config': { type: 'boolean' },
      },
    }));
  } catch (error) {
    throw fault((error as Error).message.split('.')[0] ?? 'unknown argument');
  }
  if (values.help) {
    process.stdout.write(`${program.summary}

  ${usage}

  --config FILE      configuration, YAML
  --check-config     check the configuration and the files that it names, start nothing, and end: status 0 or 2
  --stop-with-stdin  stop, as on SIGTERM, when standard input ends: for a supervisor that holds a pipe to it
  --version          print the version
${settingsText(program.settings)}`);
    return undefined;
  }
  if (values.version) {
    process.stdout.write(`${programVersion() ?? 'unknown'}\n`);
    return undefined;
  }
  if (values.config === undefined) throw fault('the option --config is missing');
  return {
    configFile: values.config,
    stopWithStdin: values['stop-with-stdin'] === true,
    checkConfig: values['check-config'] === true,
  };
}

function settingsText(settings: ProgramHelp['settings'] = {}): string {
  const lines = Object.entries(settings).map(([name, text]) => `  ${name}\n      ${text}\n`);
  return lines.length === 0 ? '' : `\nSettings in the configuration:\n\n${lines.join('')}`;
}
