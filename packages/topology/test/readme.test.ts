import { readFile } from 'node:fs/promises';
import { checkCodes } from '@entente/topology';
import { describe, expect, it, vi } from 'vitest';

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');

describe('the README', () => {
  it('begins with lines that work when they are pasted', async () => {
    const code = /^```js\n([^`]*(?:`[^`]+`[^`]*)*)^```$/m.exec(readme)?.[1] ?? '';
    const said: unknown[] = [];
    const log = vi.spyOn(console, 'log').mockImplementation((value) => said.push(value));
    const body = code.replace(/^import .*$/m, '');
    const run = new Function('exported', `const { authorise, buildTopology } = exported;\n${body}`);
    run(await import('@entente/topology'));
    log.mockRestore();
    expect(said).toMatchObject([
      { ok: true, server: 'med1.contoso.example', row: 7 },
      { ok: false, rejection: { reason: 'not-in-topology' } },
    ]);
  });

  it('lists every check with its severity and meaning, and no other', () => {
    const rows = [...readme.matchAll(/^\| `([a-z-]+)` *\| (error|warning) *\| (.+?) *\|$/gm)];
    expect(rows.map(([, code, severity, meaning]) => [code, severity, meaning])).toEqual(
      Object.entries(checkCodes).map(([code, [severity, meaning]]) => [code, severity, meaning]),
    );
  });
});
