import { Argument, type Command } from 'commander';
import { completedWords } from '../completion/completed-words.ts';
import { completionScript, type Shell, shells } from '../completion/completion-script.ts';
import { give } from '../topology/answer.ts';

/**
 * Adds `entente completion`.
 * @param program - the command line, with every other command
 */
export function register(program: Command): void {
  program
    .command('completion')
    .summary('write what completes the commands in a shell')
    .description(
      'Writes a script for bash or zsh to standard output. It completes commands, options and the values of options that have few; where the shell expects anything else, it completes files. Read it when the shell starts, and again after an upgrade.',
    )
    .addArgument(new Argument('<shell>', 'the shell that reads it').choices(shells))
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  entente completion bash > ~/.entente.bash\n  entente completion zsh > ~/.zfunc/_entente',
    )
    .action((shell: Shell, { json }: { readonly json?: boolean }) => {
      const script = completionScript(shell, program.name(), completedWords(program));
      if (json === true) give({ json: { shell, script }, lines: [] }, true);
      else process.stdout.write(script);
    });
}
