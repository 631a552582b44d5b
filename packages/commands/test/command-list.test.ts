import { describe, expect, it } from 'vitest';
import { runEntente, verbsBelow } from './command-line.ts';

interface Listed {
  readonly command: string;
  readonly arguments: readonly object[];
  readonly options: readonly { readonly long: string }[];
}

async function listOf(line: string): Promise<readonly Listed[]> {
  const { status, stderr, stdout } = await runEntente(line);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const answer = JSON.parse(stdout) as { ok: boolean; next: readonly string[]; commands: readonly Listed[] };
  expect(answer).toMatchObject({ ok: true, next: [] });
  return answer.commands;
}

describe('entente help --json', () => {
  it('lists every command with its arguments and options, as one JSON object', async () => {
    const commands = await listOf('help --json');
    const verbs = await verbsBelow('topology');
    const names = commands.map(({ command }) => command);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(['explain', 'cert revoke', 'topology add server']));
    expect(names.filter((name) => name.startsWith('topology ')).length).toBe(verbs.length);
    expect(commands.find(({ command }) => command === 'explain')).toMatchObject({
      summary: 'check whether a TLS server is trusted, and why',
      arguments: [{ name: 'address', required: true, repeatable: true }],
      options: expect.arrayContaining([
        expect.objectContaining({
          long: '--rules',
          values: ['https', 'host', 'sip-domain'],
          default: 'https',
        }),
        expect.objectContaining({ long: '--json', takesValue: false, required: false, default: null }),
        expect.objectContaining({ long: '--timeout', takesValue: true, default: '10s' }),
      ]),
    });
  });

  it('lists the commands below the words behind it, or the one that they are', async () => {
    const below = await listOf('help topology add --json');
    expect(below.length).toBeGreaterThan(5);
    expect(below.every(({ command }) => command.startsWith('topology add '))).toBe(true);
    expect((await listOf('help --json topology sign')).map(({ command }) => command)).toEqual([
      'topology sign',
    ]);
  });

  it.each(['help topology frobnicate --json', 'help --json topology frobnicate'])(
    'refuses words that no command has, as one JSON object too: %s',
    async (line) => {
      const { status, stdout } = await runEntente(line);
      expect(status).toBe(2);
      expect(JSON.parse(stdout)).toMatchObject({
        ok: false,
        fault: { code: 'ENTENTE_USAGE', sentence: expect.stringContaining('frobnicate') },
      });
    },
  );
});
