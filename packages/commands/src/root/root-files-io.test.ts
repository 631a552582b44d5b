import { expect, it, vi } from 'vitest';
import { agreesToSign } from './root-files-io.ts';

it('a signature of the root without a terminal is one that is not confirmed, and --yes is named', async () => {
  vi.spyOn(process, 'stdin', 'get').mockReturnValue({ isTTY: false } as typeof process.stdin);
  await expect(agreesToSign([])).rejects.toMatchObject({
    code: 'ENTENTE_NOT_CONFIRMED',
    remedy: expect.stringContaining('--yes'),
  });
  vi.restoreAllMocks();
});
