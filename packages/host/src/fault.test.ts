import { describe, expect, it } from 'vitest';
import { describeFault } from './fault.ts';

const failed = (code: string, path?: string) =>
  Object.assign(new Error(`${code}: failed`), { code, ...(path === undefined ? {} : { path }) });

describe('a fault of the disk or the kernel', () => {
  it.each(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'ENOTDIR', 'EMFILE'])(
    'is one that an operator can fix, with a sentence and a remedy: %s',
    (code) => {
      const found = describeFault(failed(code, '/var/lib/entente/ca/state.key'), 'authority.yaml');
      expect(found).toMatchObject({ code, place: '/var/lib/entente/ca/state.key' });
      for (const text of [found?.sentence, found?.remedy]) expect(text).toMatch(/^[a-z].+[^.]$/);
      expect(describeFault(failed(code), 'authority.yaml')?.place).toBe('authority.yaml');
    },
  );

  it('that nobody knows is a defect of the program', () => {
    expect(describeFault(failed('ERR_INTERNAL_ASSERTION'))).toBeUndefined();
  });
});
