import { OperatorFault } from '../fault.ts';
import type { ProgramHelp } from './program-arguments.ts';
import type { RunningServer } from './running-server.ts';

const programNames: readonly string[] = ['name', 'summary', 'settings', 'readsStdin', 'check', 'start'];
const runningMethods = ['drain', 'reload', 'problems'] as const;

/**
 * Refuses a program with a part that there is not: a misspelt `check` or a `drainMs` in the wrong place would be left out without a word.
 * @throws OperatorFault `ENTENTE_PROGRAM_INVALID`
 */
export function checkProgram(
  program: ProgramHelp & { readonly check: unknown; readonly start: unknown },
): void {
  for (const name in program)
    if (!programNames.includes(name))
      throw invalid(
        `expected only parts of a program, found ${JSON.stringify(name)}`,
        `correct the name, or remove it: there are ${programNames.join(', ')}; drainMs belongs to what start returns`,
      );
  for (const name of ['check', 'start'] as const)
    if (typeof program[name] !== 'function')
      throw invalid(`expected ${name} to be a function`, `give the function ${name}`);
}

/**
 * Refuses what `start` returns where it could not be brought to its end: that would show only when the process is told to stop.
 * @throws OperatorFault `ENTENTE_PROGRAM_INVALID`
 */
export function checkRunning(running: RunningServer): RunningServer {
  const remedy = 'return an object with [Symbol.asyncDispose], which closes everything';
  if (typeof running !== 'object' || running === null)
    throw invalid('expected start to return a server that runs, found none', remedy);
  if (typeof running[Symbol.asyncDispose] !== 'function')
    throw invalid('expected what start returns to have [Symbol.asyncDispose], found none', remedy);
  for (const name of runningMethods)
    if (running[name] !== undefined && typeof running[name] !== 'function')
      throw invalid(
        `expected ${name} of what start returns to be a function`,
        `give a function, or leave ${name} out`,
      );
  return running;
}

function invalid(sentence: string, remedy: string): OperatorFault {
  return new OperatorFault('ENTENTE_PROGRAM_INVALID', {
    sentence,
    place: 'the program of runServer',
    remedy,
  });
}
