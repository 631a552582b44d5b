import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readPassword } from './read-password.ts';

const alice = 'alice@contoso.example';

/** A terminal at which lines are typed, and what it shows. */
function terminal(isTTY: boolean, typed: string) {
  const stdin = Object.assign(new PassThrough(), { isTTY });
  const stderr = new PassThrough();
  let shown = '';
  stderr.on('data', (chunk) => {
    shown += String(chunk);
  });
  stdin.end(typed);
  return { streams: { stdin, stderr }, shown: () => shown };
}

describe('a password that is typed at a terminal', () => {
  it('is asked for twice, and not shown', async () => {
    const { shown, streams } = terminal(true, 'correct horse\ncorrect horse\n');
    expect(await readPassword(alice, {}, streams)).toEqual({
      password: 'correct horse',
      isGenerated: false,
    });
    expect(shown()).toBe(`password of ${alice}: \nthe same again: \n`);
  });

  it.each([
    ['a slip', 'correct hose\n'],
    ['an empty line', '\n'],
    ['no more lines', ''],
  ])('is refused where the second one differs: %s', async (_, second) => {
    const { streams } = terminal(true, `correct horse\n${second}`);
    await expect(readPassword(alice, {}, streams)).rejects.toMatchObject({
      code: 'ENTENTE_USAGE',
      message: 'the two passwords differ',
    });
  });

  it('is refused before it is typed again where it is too short', async () => {
    const { shown, streams } = terminal(true, 'short\nshort\n');
    await expect(readPassword(alice, {}, streams)).rejects.toMatchObject({
      message: expect.stringContaining('at least 8 characters'),
    });
    expect(shown()).not.toContain('again');
  });
});

describe('a password that comes from a pipe', () => {
  it('is the first line, once', async () => {
    const { shown, streams } = terminal(false, 'correct horse\nanother line\n');
    expect(await readPassword(alice, {}, streams)).toMatchObject({ password: 'correct horse' });
    expect(shown()).toBe('');
  });
});
