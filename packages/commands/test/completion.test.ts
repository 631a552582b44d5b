import { spawnSync } from 'node:child_process';
import { createProgram } from '@entente/commands';
import { describe, expect, it } from 'vitest';
import { answerOf, runEntente, succeed } from './command-line.ts';

/** What bash completes, as `complete` says by which function. */
function askBash(script: string, line: readonly string[]): readonly string[] {
  const words = line.map((word) => `'${word}'`).join(' ');
  const asked = String.raw`eval "$1"
    function=$(complete -p entente | sed -En 's/.*-F ([^ ]*) entente$/\1/p')
    COMP_WORDS=(${words}) COMP_CWORD=${line.length - 1}
    "$function" entente
    printf '%s\n' "${'$'}{COMPREPLY[@]}"`;
  return answer('bash', ['--norc', '-c', asked, 'bash', script]);
}

/** What zsh adds; its completion system is left out. */
function askZsh(script: string, line: readonly string[]): readonly string[] {
  const words = line.map((word) => `'${word}'`).join(' ');
  const asked = `compdef() { completer=$1 }
    compset() { words[CURRENT]="\${words[CURRENT]#*=}" }
    compadd() { shift; local -a all=("$@"); print -rl -- \${(M)all:#\${words[CURRENT]}*}; (( $# )) }
    _files() { print files }
    eval "$1"
    words=(${words}) CURRENT=${line.length}
    $completer`;
  return answer('zsh', ['-f', '-c', asked, 'zsh', script]);
}

function answer(shell: string, args: readonly string[]): readonly string[] {
  const { error, status, stderr, stdout } = spawnSync(shell, args, { encoding: 'utf8' });
  expect([error, status, stderr]).toEqual([undefined, 0, '']);
  return stdout.split('\n').filter((word) => word !== '');
}

const hasZsh = spawnSync('zsh', ['--version']).error === undefined;

describe('the completion of a value behind =', () => {
  const cases = [
    { line: ['entente', 'explain', '--starttls', '=', 's'], found: ['smtp'] },
    { line: ['entente', 'explain', '--rules', '='], found: ['https', 'host', 'sip-domain'] },
    { line: ['entente', 'topology', 'add', 'server', '--port', 'sip', '=', '5'], found: [] },
  ];

  it.each(cases)('is that of the option in bash: $line', async ({ found, line }) => {
    expect(askBash(await succeed('completion bash'), line)).toEqual(found);
  });

  it.skipIf(!hasZsh)('is that of the option in zsh', async () => {
    const line = ['entente', 'explain', '--rules=h'];
    expect(askZsh(await succeed('completion zsh'), line)).toEqual(['https', 'host']);
  });
});

describe.each([
  { shell: 'bash', ask: askBash, isThere: true, nothing: [] },
  { shell: 'zsh', ask: askZsh, isThere: hasZsh, nothing: ['files'] },
])('the completion for $shell', ({ ask, isThere, nothing, shell }) => {
  it.skipIf(!isThere)('names the commands, and those below a command', async () => {
    const script = await succeed(`completion ${shell}`);
    const program = await createProgram();
    const names = program.commands.map((command) => command.name());
    expect(ask(script, ['entente', ''])).toEqual([...names, 'help', '--version', '--help']);
    expect(ask(script, ['entente', 'help', ''])).toEqual(names);
    expect(ask(script, ['entente', 'help', 'topology', 'a'])).toEqual(['add', 'approve']);
    expect(ask(script, ['entente', 'help', 'topology', 'add', 'se'])).toEqual(['server']);
    expect(ask(script, ['entente', 'help', 'status', ''])).toEqual(nothing);
    expect(ask(script, ['entente', 'completion', ''])).toEqual(['bash', 'zsh', '--json', '--help']);
    expect(ask(script, ['entente', 'topology', 'si'])).toEqual(['sign']);
    expect(ask(script, ['entente', 'topology', 'add', 'se'])).toEqual(['server']);
  });

  it.skipIf(!isThere)('names the options of a command, also behind its arguments', async () => {
    const script = await succeed(`completion ${shell}`);
    expect(ask(script, ['entente', 'explain', 'contoso.example', '--st'])).toEqual(['--starttls']);
    expect(ask(script, ['entente', 'topology', 'sign', '--j'])).toEqual(['--json']);
  });

  it.skipIf(!isThere)('names the values of an option, and leaves free ones to the shell', async () => {
    const script = await succeed(`completion ${shell}`);
    expect(ask(script, ['entente', 'explain', '--rules', ''])).toEqual(['https', 'host', 'sip-domain']);
    expect(ask(script, ['entente', 'explain', '--anchors', ''])).toEqual(nothing);
    expect(ask(script, ['entente', 'topology', 'add', 'server', '--port', 'fed'])).toEqual(['federation=']);
  });
});

it('is one JSON object for programs, and refused for another shell', async () => {
  const { json, status } = await answerOf('completion bash');
  expect([status, json]).toEqual([0, expect.objectContaining({ ok: true, shell: 'bash' })]);
  expect((await runEntente('completion fish')).status).toBe(2);
});
