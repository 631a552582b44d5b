import { expect, it } from 'vitest';
import { checkTestWaits } from './test-waits.ts';

const path = 'packages/tls/test/a.test.ts';
const head = "import { expect, vi } from 'vitest';\n";

it('a test waits in no way that gives up after a second, or moves its clock', () => {
  expect(checkTestWaits([{ path, text: `${head}await expect.poll(() => 1).toBe(1);\n` }])).toEqual([]);
  for (const call of ['vi.waitFor', 'vi.waitUntil'])
    expect(checkTestWaits([{ path, text: `${head}await ${call}(() => true);\n` }])).toEqual([
      { file: path, message: expect.stringContaining(call) },
    ]);
});
