import { spawn } from 'node:child_process';
import { NetworkFolderFault } from './fault.ts';
import { environmentOf, notStarted } from './program.ts';

/** Runs a command of the command line, which is shown. @returns its answer. @throws NetworkFolderFault with its own words where it fails */
export type Entente = (...args: readonly string[]) => Promise<Readonly<Record<string, unknown>>>;

/**
 * The command line `entente` as it is installed in the folder of the network.
 * @param folder - of the network
 * @param cwd - where the commands run
 * @param say - is shown each command as a person would type it
 */
export function ententeIn(folder: string, cwd: string, say: (line: string) => void): Entente {
  return (...args) => {
    say(`  $ npx entente ${args.join(' ')}`);
    return new Promise((resolve, reject) => {
      const child = spawn('entente', [...args, '--json'], { cwd, env: environmentOf(folder) });
      let [output, words] = ['', ''];
      child.stdout.on('data', (chunk) => {
        output += String(chunk);
      });
      child.stderr.on('data', (chunk) => {
        words += String(chunk);
      });
      child.stdin.end();
      child.once('error', (error) => reject(notStarted('entente', error)));
      child.once('close', (status) => {
        const answer = answerOf(output);
        if (status === 0) resolve(answer);
        else reject(problemOf(`entente ${args.slice(0, 2).join(' ')}`, answer, words || output));
      });
    });
  };
}

interface Failed {
  /** What its user can correct. */
  readonly fault?: { readonly sentence: string; readonly place: string; readonly remedy: string };
  /** By the authority. */
  readonly refusal?: { readonly reason: string; readonly message: string; readonly remedy: string };
}

function problemOf(command: string, { fault, refusal }: Failed, words: string): NetworkFolderFault {
  const code = 'ENTENTE_NETWORK_COMMAND_FAILED';
  if (fault !== undefined)
    return new NetworkFolderFault(code, {
      sentence: `it has failed: ${fault.place}: ${fault.sentence}`,
      place: command,
      remedy: fault.remedy,
    });
  if (refusal === undefined)
    return new NetworkFolderFault(code, {
      sentence: `it has failed: ${words.trim()}`,
      place: command,
      remedy: 'correct that, and start again',
    });
  const { message, reason, remedy } = refusal;
  return new NetworkFolderFault(code, {
    sentence: `it was refused: ${message}`,
    place: command,
    remedy,
    reason,
  });
}

/** With --json the last line is the answer. */
function answerOf(output: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(output.trim().split('\n').at(-1) as string) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
