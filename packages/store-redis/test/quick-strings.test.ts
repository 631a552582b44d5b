import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const driver = new URL('../src/connection/driver.ts', import.meta.url);

/** Runs statements in a process of its own, in which `quick()` says whether V8 finds methods of texts without looking them up in a table. */
async function told(statements: string): Promise<unknown> {
  const quick = `const quick = new Function('return %HasFastProperties(String.prototype)');`;
  const script = `${quick} const found = []; ${statements} console.log(JSON.stringify(found));`;
  const flags = ['--allow-natives-syntax', '--conditions=@entente/source', '--import', 'tsx'];
  const { stdout } = await run(process.execPath, [...flags, '--input-type=module', '--eval', script], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  });
  return JSON.parse(stdout);
}

describe('methods of texts', () => {
  it('are slow in a process that has loaded ioredis as it is', async () => {
    expect(await told(`await import('ioredis'); found.push(quick());`)).toEqual([false]);
  });

  it('are as quick as before where it was loaded for a store', async () => {
    const load = `await (await import('${driver.href}')).loadDriver();`;
    expect(await told(`found.push(quick()); ${load} found.push(quick());`)).toEqual([true, true]);
  });
});
