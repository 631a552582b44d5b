import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TopologyDocument } from '@entente/topology';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nextAfterRefusal } from './refused-version.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-refused-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const document = { version: 2 } as TopologyDocument;
const next = (reason: string) =>
  nextAfterRefusal(
    join(folder, 'topology.signed.json'),
    document,
    { version: 1 } as TopologyDocument,
    reason,
  );

describe('a version that the authority refuses', () => {
  it.each(['root-in-use', 'members-left-behind', 'root-unknown', 'domain-in-use', 'home-in-use'])(
    'for %s can be replaced, so that it does not block every later one',
    async (reason) => {
      expect((await next(reason)).join()).toContain('entente topology sign replaces version 2');
    },
  );

  it('because it leaves members behind gets its root back by a rollback, which comes before the copy that would stop it', async () => {
    const [first, then] = await next('members-left-behind');
    expect(first).toContain('entente topology rollback 1');
    expect(then).toMatch(/^then /);
  });

  it('because of a root that the authority does not know is sent again first, once its answer is there again', async () => {
    const [first, then] = await next('root-unknown');
    expect(first).toContain('entente ca root accept <the answer of ca root prepare> again');
    expect(then).toContain('where this domain has no such root: ');
  });

  it('for a reason that another command cures is sent again', async () => {
    expect(await next('version-gap')).toEqual([]);
  });
});
