import { userInfo } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { describeFault } from './fault.ts';

const failed = (code: string, path?: string) =>
  Object.assign(new Error(`${code}: failed`), { code, ...(path === undefined ? {} : { path }) });

describe('a fault of another realm', () => {
  it('is one that an operator can fix, by its shape', () => {
    const fault = { code: 'ENTENTE_LISTEN_FAILED', place: '127.0.0.1:5061', remedy: 'give another port' };
    const thrown: unknown = runInNewContext("Object.assign(new Error('the port is taken'), fault)", {
      fault,
    });
    expect(describeFault(thrown)).toEqual({ ...fault, sentence: 'the port is taken' });
  });

  it.each([null, undefined, 'ENOSPC', { code: 'ENOSPC' }, { message: 'x' }])('is not %o', (thrown) => {
    expect(describeFault(thrown)).toBeUndefined();
  });
});

describe('a fault of the disk or the kernel', () => {
  it.each(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'ENOTDIR', 'EMFILE', 'ELOOP', 'ENAMETOOLONG'])(
    'is one that an operator can fix, with a sentence and a remedy: %s',
    (code) => {
      const found = describeFault(failed(code, '/var/lib/entente/ca/state.key'), 'authority.yaml');
      expect(found).toMatchObject({ code, place: '/var/lib/entente/ca/state.key' });
      for (const text of [found?.sentence, found?.remedy]) expect(text).toMatch(/^[a-z].+[^.]$/);
      expect(describeFault(failed(code), 'authority.yaml')?.place).toBe('authority.yaml');
    },
  );

  it('says what is in the place of a folder, or of a file that was to be new', () => {
    const place = '/var/lib/entente/administrators';
    const there = (syscall: string) => describeFault(Object.assign(failed('EEXIST', place), { syscall }));
    expect(there('mkdir')).toEqual({
      code: 'EEXIST',
      sentence: 'expected a folder, found a file',
      place,
      remedy: 'name another folder, or move the file away',
    });
    expect(there('open')).toMatchObject({
      place,
      sentence: expect.stringContaining('expected nothing'),
      remedy: expect.stringContaining('move'),
    });
  });

  it.each(['EACCES', 'EPERM'])(
    'is that of the folder, with the user, where a file is to be created: %s',
    (code) => {
      const folder = import.meta.dirname;
      expect(describeFault(failed(code, join(folder, 'process.json.2df008043f0c')))).toMatchObject({
        code,
        place: folder,
        sentence: `the user ${userInfo().username} may not create files in this folder`,
        remedy: expect.stringContaining('give the folder to this user'),
      });
      const file = import.meta.filename;
      expect(describeFault(failed(code, file))).toMatchObject({ place: file });
      const nowhere = join(folder, 'nowhere', 'process.json');
      expect(describeFault(failed(code, nowhere))).toMatchObject({ place: nowhere });
    },
  );

  it('that nobody knows is a defect of the program', () => {
    expect(describeFault(failed('ERR_INTERNAL_ASSERTION'))).toBeUndefined();
  });
});
