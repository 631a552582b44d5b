import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const examples = readme
  .split('```js\n')
  .slice(1)
  .map((part) => part.slice(0, part.indexOf('```')));

function run(code: string): string {
  const flags = ['--conditions=@entente/source', '--import', 'tsx', '--input-type=module', '-e', code];
  return execFileSync(process.execPath, flags, {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    encoding: 'utf8',
  });
}

it('the first example of the README lists five roots', () => {
  expect(run(examples[0]!).trim().split('\n')).toHaveLength(5);
});

it('the second example of the README makes a certificate that verifies', () => {
  expect(run(examples[1]!).trim()).toBe('true');
});
