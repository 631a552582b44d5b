import { readFile } from 'node:fs/promises';
import { describe, expect, it, vi } from 'vitest';

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');

describe('the README', () => {
  it('begins with lines that work when they are pasted', async () => {
    const code = /^```js\n([^`]*(?:`[^`]+`[^`]*)*)^```$/m.exec(readme)?.[1] ?? '';
    const said: unknown[] = [];
    const log = vi.spyOn(console, 'log').mockImplementation((value) => said.push(value));
    const names = /^import (\{[^}]*\})/m.exec(code)?.[1] ?? '';
    const run = new Function('planning', `const ${names} = planning;\n${code.replace(/^import .*$/m, '')}`);
    run(await import('@entente/topology-planning'));
    log.mockRestore();
    expect(said[0]).toContain('_sipfederationtls._tcp.contoso.example. 300 IN SRV');
    expect(said[1]).toContainEqual(expect.objectContaining({ from: 'outside', to: 'perimeter' }));
    expect(said[2]).toContainEqual(expect.objectContaining({ server: 'fe1.contoso.example' }));
  });
});
