import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { confirm } from '../src/topology/confirm.ts';

function terminal(answer: string, isTTY = true) {
  const input = Object.assign(new PassThrough(), { isTTY });
  const output = new PassThrough();
  input.end(answer);
  return { input, output, shown: () => String(output.read() ?? '') };
}

const what = { lines: ['- fe2.contoso.example removed'], question: 'publish version 3?' };

describe('a confirmation', () => {
  it.each(['yes\n', 'y\n', 'YES\n'])(
    'is given by %j on a terminal, after what happens was shown',
    async (answer) => {
      const at = terminal(answer);
      await confirm(what, undefined, at);
      const shown = at.shown();
      expect(shown.indexOf('fe2.contoso.example removed')).toBeGreaterThanOrEqual(0);
      expect(shown.indexOf('publish version 3?')).toBeGreaterThan(shown.indexOf('removed'));
    },
  );

  it.each(['no\n', '\n', '', 'yesterday\n'])('is not given by %j: nothing is done', async (answer) => {
    await expect(confirm(what, undefined, terminal(answer))).rejects.toMatchObject({
      code: 'ENTENTE_NOT_CONFIRMED',
      message: 'not confirmed, so nothing was done',
    });
  });

  it('cannot be given without a terminal: --yes is named, whatever standard input says', async () => {
    const at = terminal('yes\n', false);
    await expect(confirm(what, undefined, at)).rejects.toMatchObject({
      code: 'ENTENTE_NOT_CONFIRMED',
      remedy: expect.stringContaining('--yes'),
    });
    expect(at.shown()).toBe('- fe2.contoso.example removed\n');
  });

  it('is not asked for with --yes', async () => {
    const at = terminal('');
    await confirm(what, true, at);
    expect(at.shown()).toBe('');
  });

  it('shows names in it escaped', async () => {
    const at = terminal('yes\n');
    await confirm({ lines: ['\u202egro'], question: '\u001b[2J?' }, undefined, at);
    expect(at.shown()).toMatch(/^\\u202egro\n\\u001b\[2J\? /);
  });
});
