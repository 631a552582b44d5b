import type { CompletedWords } from './completed-words.ts';

/** The shells for which there is a script. */
export const shells = ['bash', 'zsh'] as const;
export type Shell = (typeof shells)[number];

/**
 * A script that completes the words of a program in a shell: commands, options, and values of which there are few; everything else as files.
 * @param shell - that reads it
 * @param program - its name
 * @param commands - what can be completed
 */
export function completionScript(shell: Shell, program: string, commands: readonly CompletedWords[]): string {
  return shell === 'bash' ? bashScript(program, commands) : zshScript(program, commands);
}

function bashScript(program: string, commands: readonly CompletedWords[]): string {
  return `# Completion for ${program} in bash: eval "$(${program} completion bash)" in ~/.bashrc.
_${program}() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} at=${program} found='' i
  # bash makes three words of --option=value.
  if [ "$current" = = ]; then current=''; elif [ "$before" = = ]; then before=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  if [ "\${COMP_WORDS[COMP_CWORD - 1]}" = = ] && [[ $before != --* ]]; then return; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at \${COMP_WORDS[i]}" in
      ${below(commands)}) at="$at \${COMP_WORDS[i]}" ;;
    esac
  done
${choose(commands)}
  COMPREPLY=($(compgen -W "$found" -- "$current"))
  if [[ \${COMPREPLY[0]} == *= ]]; then compopt -o nospace 2> /dev/null; fi
}
complete -o bashdefault -o default -F _${program} ${program}
`;
}

/** Arrays of zsh begin with 1; `words` is the line, and `path` is the PATH. */
function zshScript(program: string, commands: readonly CompletedWords[]): string {
  return `#compdef ${program}
# Completion for ${program} in zsh: source <(${program} completion zsh) in ~/.zshrc, behind compinit.
_${program}() {
  local before="\${words[CURRENT - 1]}" at=${program} found='' i
  if [[ \${words[CURRENT]} == --*=* ]]; then
    before="\${words[CURRENT]%%=*}"
    compset -P 1 '*='
  fi
  for ((i = 2; i < CURRENT; i++)); do
    case "$at \${words[i]}" in
      ${below(commands)}) at="$at \${words[i]}" ;;
    esac
  done
${choose(commands)}
  compadd -- \${=found} || _files
}
if [ "$funcstack[1]" = _${program} ]; then _${program} "$@"; else compdef _${program} ${program}; fi
`;
}

/** Patterns of the words that lead from one command to one below it. */
function below(commands: readonly CompletedWords[]): string {
  return commands
    .slice(1)
    .map(({ path }) => quote(path))
    .join(' | ');
}

function choose(commands: readonly CompletedWords[]): string {
  const lines = commands.flatMap(({ path, values, words }) => [
    ...values.map((one) => `    ${quote(`${path}|${one.option}`)}) found=${quote(one.values.join(' '))} ;;`),
    `    ${quote(`${path}|`)}*) found=${quote(words.join(' '))} ;;`,
  ]);
  return `  case "$at|$before" in\n${lines.join('\n')}\n  esac`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
