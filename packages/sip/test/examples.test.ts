import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const written: string[] = [];

/** The TypeScript blocks of a page. */
function blocks(path: string): readonly string[] {
  const page = readFileSync(here(path), 'utf8');
  return [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]!);
}

/** Runs code as a module beside this test, and gives what it logged. */
async function logged(name: string, code: string): Promise<readonly string[]> {
  const file = here(`./${name}.example.ts`);
  written.push(file);
  const collect = 'const console = { log: (...values: unknown[]) => void lines.push(values.join(" ")) };';
  writeFileSync(file, `export const lines: string[] = [];\n${collect}\n${code}`);
  const module = (await import(/* @vite-ignore */ file)) as { lines: readonly string[] };
  return module.lines;
}

/** What the comments beside `console.log` say is logged, in order. */
function promised(code: string): readonly string[] {
  return [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map((match) => match[1]!);
}

afterAll(() => {
  for (const file of written) rmSync(file, { force: true });
});

describe('examples', () => {
  const readme = blocks('../README.md');

  it.each(readme.map((code, i) => [i + 1, code] as const))(
    'README example %i runs and logs what it says',
    async (i, code) => {
      const lines = await logged(`readme-${i}`, code);
      for (const line of promised(code)) expect(lines.join('\n')).toContain(line.split(':')[0]);
    },
  );

  it('README has an example for messages, edits, streams and fields', () => {
    expect(readme.length).toBeGreaterThanOrEqual(5);
  });

  it('"SIP in ten minutes" registers a user and finds her', async () => {
    const code = blocks('../../../docs/guides/sip-in-ten-minutes.md').join('\n');
    const lines = await logged('ten-minutes', code);
    expect(lines).toEqual([
      'REGISTER sip:contoso.example SIP/2.0',
      'SIP/2.0 200 OK,SIP/2.0 302 Moved Temporarily',
    ]);
  });
});
