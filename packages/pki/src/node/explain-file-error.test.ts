import { describe, expect, it } from 'vitest';
import { aboutFile } from './explain-file-error.ts';

const path = '/srv/network/topology.yaml';
const draft = '/srv/network/.topology.yaml.b527.new';
const errorOf = (code: string, where = draft): Error =>
  Object.assign(new Error(`${code}: open '${where}'`), { code, path: where });

describe('an error about a draft', () => {
  it.each(['EACCES', 'EPERM', 'EROFS', 'ENOENT'])('names the file and its folder: %s', (code) => {
    const error = aboutFile(errorOf(code), draft, path);
    expect(error).toMatchObject({ code, path, place: path });
    expect(error).toMatchObject({
      message: expect.stringContaining('folder'),
      remedy: expect.stringMatching(/ \/srv\/network$/),
    });
    expect(JSON.stringify(error)).not.toContain('.new');
  });

  it('names the file where something else is the matter, and an error about something else stays as it is', () => {
    expect(aboutFile(errorOf('ENOSPC'), draft, path)).toMatchObject({
      code: 'ENOSPC',
      path,
      message: `ENOSPC: open '${path}'`,
    });
    const ofOpenFile = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    expect(aboutFile(ofOpenFile, draft, path)).toMatchObject({ code: 'ENOSPC', path });
    const defect = new TypeError('of the program');
    expect(aboutFile(defect, draft, path)).toBe(defect);
    expect(defect).not.toHaveProperty('path');
    const other = errorOf('EACCES', '/srv/other');
    expect(aboutFile(other, draft, path)).toBe(other);
    expect(other).toMatchObject({ path: '/srv/other', message: "EACCES: open '/srv/other'" });
  });
});
