import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

it('no package makes methods of texts slow for the process that loads it, as a class that extends String would', async () => {
  const files = readdirSync(`${root}packages`)
    .map((name) => `${root}packages/${name}/src/index.ts`)
    .filter((file) => existsSync(file));
  expect(files.length).toBeGreaterThan(20);
  const script = `
    const quick = new Function('return %HasFastProperties(String.prototype)');
    // Were they slow from the beginning, no package could be found to make them so.
    const slow = quick() ? [] : ['before any package'];
    for (const file of ${JSON.stringify(files)}) {
      const before = quick();
      await import(file);
      if (before && !quick()) slow.push(file);
    }
    console.log(JSON.stringify(slow));
  `;
  const flags = ['--allow-natives-syntax', '--conditions=@entente/source', '--import', 'tsx'];
  const { stdout } = await run(process.execPath, [...flags, '--input-type=module', '--eval', script], {
    cwd: root,
  });
  expect(JSON.parse(stdout)).toEqual([]);
});
