import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCrl, parseRootAnswer, type RootAnswer, verifyRootAnswer } from '@entente/pki';
import { authorityFolder, IssuerStore } from '@entente/pki/node';
import { openStore } from '@entente/store-sql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BackedUpAuthority, backedUpAuthority } from './backed-up-authority.ts';
import { answerOf, runEntente } from './command-line.ts';
import { makeAuthority } from './made-authority.ts';

let made: BackedUpAuthority;
let backup: string;
let ca: string;
let folder: string;
let signed: string;
beforeAll(async () => {
  made = await backedUpAuthority();
  ({ backup, ca, folder, signed } = made);
});
afterAll(() => made[Symbol.asyncDispose]());

describe('entente ca restore with lists of members', () => {
  it('takes over what the list of a member says is revoked since', async () => {
    const { active } = await IssuerStore.open(authorityFolder(ca));
    const into = join(folder, 'new');
    await answerOf(`ca restore ${backup} ${signed} --directory ${into}`);
    const list = join(folder, 'revocation.crl');
    const now = Math.floor(Date.now() / 1_000) * 1_000;
    const revoked = [
      { serialHex: '7f01', notAfter: now, revocation: { at: now, reason: 'keyCompromise' as const } },
    ];
    const content = { number: 9, thisUpdate: now, nextUpdate: now + 86_400_000, revoked };
    await writeFile(list, await createCrl(active.issuer, content));
    const { json } = await answerOf(
      `ca restore ${backup} ${signed} --directory ${into} --replace --lists ${list}`,
    );
    expect(json).toMatchObject({
      setAside: expect.stringMatching(/new\.replaced-\d{8}T\d{6}Z$/),
      lists: [{ number: 9 }],
      revoked: [{ serialHex: '7f01', reason: 'keyCompromise' }],
    });
    expect(JSON.stringify(json.next)).not.toContain('cert revoke');
    await using store = await openStore(into);
    expect(await store.ledger.revoked(active.record.id, 0)).toMatchObject([{ serialHex: '7f01' }]);
    expect(await store.ledger.nextCrlNumber(active.record.id)).toBeGreaterThan(9);
  });

  it('says that a list tells nothing which is of the root, or no newer than the backup', async () => {
    const { active } = await IssuerStore.open(authorityFolder(ca));
    const now = Math.floor(Date.now() / 1_000) * 1_000;
    const old = join(folder, 'old.crl');
    const content = { number: 1, thisUpdate: now, nextUpdate: now + 86_400_000, revoked: [] };
    await writeFile(old, await createCrl(active.issuer, content));
    {
      await using store = await openStore(ca);
      await store.ledger.nextCrlNumber(active.record.id, 1);
    }
    const later = join(folder, 'later');
    await answerOf(`ca backup --to ${later} --config ${join(ca, 'authority.yaml')}`);
    for (const [index, list] of [old, join(ca, 'root_ca.crl')].entries()) {
      const into = join(folder, `list-${index}`);
      const { json } = await answerOf(`ca restore ${later} ${signed} --directory ${into} --lists ${list}`);
      expect(json.next).toContainEqual(expect.stringContaining('--replace and --lists'));
    }
    const misnamed = await runEntente(
      `ca restore ${later} ${signed} --directory ${join(folder, 'l')} --lists ${ca}`,
    );
    expect(misnamed).toMatchObject({ status: 2, stderr: expect.stringContaining('found a folder') });
  });

  it('says that nothing is to be done where a member has the list that the backup has', async () => {
    const { active } = await IssuerStore.open(authorityFolder(ca));
    const now = Math.floor(Date.now() / 1_000) * 1_000;
    await using store = await openStore(ca);
    const number = await store.ledger.nextCrlNumber(active.record.id);
    await store[Symbol.asyncDispose]();
    const [same, ended] = [join(folder, 'same.crl'), join(folder, 'ended.crl')];
    const content = { number, thisUpdate: now, nextUpdate: now + 86_400_000, revoked: [] };
    await writeFile(same, await createCrl(active.issuer, content));
    const before = { ...content, thisUpdate: now - 172_800_000, nextUpdate: now - 86_400_000 };
    await writeFile(ended, await createCrl(active.issuer, before));
    const later = join(folder, 'same');
    await answerOf(`ca backup --to ${later} --config ${join(ca, 'authority.yaml')}`);
    const line = (into: string) =>
      `ca restore ${later} ${signed} --directory ${join(folder, into)} --lists ${same} --lists ${join(ca, 'root_ca.crl')}`;
    const { json } = await answerOf(line('same-1'));
    expect(json).toMatchObject({
      lists: [
        { newer: false, last: true },
        { newer: false, last: false },
      ],
    });
    expect(JSON.stringify(json.next)).not.toMatch(/--lists|cert revoke/);
    const { stdout } = await runEntente(line('same-2'));
    expect(stdout).toContain('know of nothing that was revoked since');
    expect(stdout).not.toContain('not restored');
    // Its member was away when the next one came.
    const away = await answerOf(
      `ca restore ${later} ${signed} --directory ${join(folder, 'same-3')} --lists ${ended}`,
    );
    expect(away.json).toMatchObject({ lists: [{ last: true }] });
    expect(JSON.stringify(away.json.next)).toMatch(/--lists <folder of another member>.*cert revoke/);
  });

  it('names another member where the lists are not of every issuing authority of the backup', async () => {
    const own = await mkdtemp(join(folder, 'two-'));
    const directory = await makeAuthority(own);
    const config = join(directory, 'authority.yaml');
    const steps = [
      `ca root request --config ${config} --next`,
      `ca root sign ${join(directory, 'root-request.json')} --root ${directory} --out ${join(own, 'answer.json')} --yes`,
    ];
    for (const step of steps) expect((await answerOf(step)).status).toBe(0);
    const store = await IssuerStore.open(authorityFolder(directory));
    const answer = parseRootAnswer(await readFile(join(own, 'answer.json'), 'utf8')) as RootAnswer;
    const names = ['contoso.example', 'http://ca.contoso.example'] as const;
    const verified = verifyRootAnswer(answer, await store.knowledge(...names, Date.now()));
    if (!verified.ok) throw new Error(verified.refusal.message);
    await store.accept(verified.value, Date.now());
    const now = Math.floor(Date.now() / 1_000) * 1_000;
    const content = { number: 1, thisUpdate: now, nextUpdate: now + 86_400_000, revoked: [] };
    const files: string[] = [];
    for (const { issuer, record } of store.live) {
      await using opened = await openStore(directory);
      const number = await opened.ledger.nextCrlNumber(record.id);
      const file = join(own, `${record.number}.crl`);
      await writeFile(file, await createCrl(issuer, { ...content, number }));
      files.push(file);
    }
    expect(files).toHaveLength(2);
    const to = join(own, 'backup');
    const { signer } = (await answerOf(`ca backup --to ${to} --config ${config}`)).json;
    const restored = async (...lists: readonly string[]) => {
      const given = [`--signer ${signer}`, ...lists.map((list) => `--lists ${list}`)].join(' ');
      return (await answerOf(`ca restore ${to} --directory ${join(own, `into-${lists.length}`)} ${given}`))
        .json;
    };
    expect(JSON.stringify((await restored(...files.slice(0, 1))).next)).toContain('another member');
    expect(JSON.stringify((await restored(...files)).next)).not.toContain('another member');
  });
});
