import { expect, it } from 'vitest';
import { checkReplacedModules } from './replaced-modules.ts';

const path = 'packages/tls/test/a.test.ts';
const replaced = "\nvi.mock('@entente/x509');\n";

it('a test that replaces a module loads what it tests again, and gives the module back', () => {
  const back = "afterAll(() => {\n  vi.doUnmock('@entente/x509');\n  vi.resetModules();\n});\n";
  expect(checkReplacedModules([{ path, text: `${replaced}${back}` }])).toEqual([]);
  expect(checkReplacedModules([{ path, text: replaced }])).toEqual([
    { file: path, message: expect.stringContaining('vi.doUnmock') },
    { file: path, message: expect.stringContaining('vi.resetModules') },
  ]);
});
