import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestLog } from '@entente/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkMembership } from './check-membership.ts';
import { joinDomain } from './join-domain.ts';

const fqdn = 'fe1.contoso.example';
const noToken = { code: 'ENTENTE_MEMBER_NO_TOKEN' };
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-membership-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a server that has neither joined nor a token', () => {
  it('is refused before it starts, and once it has joined needs no token', async () => {
    await expect(checkMembership(folder, undefined, fqdn)).rejects.toMatchObject(noToken);
    await writeFile(join(folder, 'member.json'), '{}');
    await checkMembership(folder, undefined, fqdn);
  });

  it('has a token that is looked at, also where it has joined', async () => {
    await writeFile(join(folder, 'member.json'), '{}');
    await expect(checkMembership(folder, 'paste the token here', fqdn)).rejects.toMatchObject({
      code: 'ENTENTE_MEMBER_TOKEN',
    });
  });

  it('leaves no folder behind when it starts', async () => {
    const directory = join(folder, 'fe1');
    const log = createTestLog();
    await expect(joinDomain({ directory, fqdn, log })).rejects.toMatchObject(noToken);
    await expect(access(directory)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
