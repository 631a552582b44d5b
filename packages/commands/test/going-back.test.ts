import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerOf, runEntente, succeed } from './command-line.ts';

const home = process.cwd();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-going-back-'));
  process.chdir(folder);
  await succeed('topology init contoso.example --administrator alice bob --required 2');
  await succeed('topology add server ca.contoso.example --role authority');
  await succeed('topology add server fe0.contoso.example --role front-end');
  await succeed(
    'topology add server edge1.contoso.example --role edge --external-fqdn access.contoso.example',
  );
  await succeed('topology add partner fabrikam --domain fabrikam.example --match-host-name');
  await sign();
});
afterEach(async () => {
  process.chdir(home);
  await rm(folder, { recursive: true, force: true });
});

const alice = '--key administrators/alice.key';
const yaml = () => readFile('topology.yaml', 'utf8');

async function sign(): Promise<void> {
  await succeed(`topology sign ${alice}`);
  await succeed('topology approve --key administrators/bob.key --yes');
}

async function addAndSign(server: string): Promise<void> {
  await succeed(`topology add server ${server} --role front-end`);
  await sign();
}

describe('entente topology rollback', () => {
  it('writes the content of an earlier version as the next one, which needs the signatures that it needs', async () => {
    await addAndSign('fe1.contoso.example');
    await addAndSign('fe2.contoso.example');
    const { status, json } = await answerOf('topology rollback 1 --yes');
    expect({ status, effect: json.effect }).toEqual({ status: 0, effect: 'narrowing' });
    const signed = await answerOf(`topology sign ${alice}`);
    expect(signed.json).toMatchObject({ complete: true, version: 4 });
    const [first, fourth] = await Promise.all(
      ['topology.v1.json', 'topology.v4.json'].map(
        async (name) => JSON.parse(await readFile(name, 'utf8')).document as Record<string, unknown>,
      ),
    );
    const { issued: _1, version: _2, ...content } = first!;
    expect(fourth).toMatchObject(content);
  });

  it('needs a quorum where the earlier version has more', async () => {
    await addAndSign('fe1.contoso.example');
    await succeed('topology remove fe1.contoso.example --yes');
    await succeed(`topology sign ${alice}`);
    expect(await succeed('topology rollback 2 --yes')).toContain('2 of 2 administrators must sign');
    expect((await answerOf(`topology sign ${alice}`)).json).toMatchObject({ complete: false, version: 4 });
  });

  it('writes nothing before it is confirmed, and keeps what the YAML had', async () => {
    await addAndSign('fe1.contoso.example');
    await succeed('topology add server fe3.contoso.example --role front-end');
    const before = await yaml();
    expect(await runEntente('topology rollback 1')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('ENTENTE_NOT_CONFIRMED'),
    });
    expect(await yaml()).toBe(before);
    const told = await succeed('topology rollback 1 --yes');
    expect(told).toContain('the changes in topology.yaml that are not signed are dropped');
    expect(await readFile('topology.yaml.before-rollback', 'utf8')).toBe(before);
  });

  it('has nothing to do where the content is the same, and refuses versions that are not earlier, or not here', async () => {
    await writeFile('topology.yaml', (await yaml()).replace(/^network:.*$/m, '$&\ntitle: Contoso'));
    await succeed(`topology sign ${alice}`);
    await writeFile('topology.yaml', (await yaml()).replace(/^title:.*\n/m, ''));
    await succeed(`topology sign ${alice}`);
    expect((await answerOf('topology rollback 1 --yes')).status).toBe(1);
    for (const [number, place] of [
      ['3', 'give a number from 1 to 2'],
      ['0', 'give a number from 1 to 2'],
      ['two', 'give a number from 1 to 2'],
    ]) {
      const { status, stderr } = await runEntente(`topology rollback ${number} --yes`);
      expect({ number, status, said: stderr.includes(place!) }).toEqual({ number, status: 2, said: true });
    }
    await rm('topology.v2.json');
    const { status, stderr } = await runEntente('topology rollback 2 --yes');
    expect(status).toBe(2);
    expect(stderr).toContain('ENTENTE_VERSION_MISSING');
    await writeFile('topology.v2.json', await readFile('topology.v1.json', 'utf8'));
    expect((await runEntente('topology rollback 2 --yes')).stderr).toContain('found version 1 of');
  });
});

describe('entente partner block and unblock', () => {
  it('narrow, and take the entry back as it was signed, with the signatures of a quorum', async () => {
    const before = JSON.parse(await readFile('topology.v1.json', 'utf8')).document.partners;
    const told = await succeed('partner block fabrikam');
    expect(told).toContain('fabrikam is blocked in topology.yaml: fabrikam.example');
    expect(told).toContain('one administrator’s signature is enough');
    expect((await answerOf(`topology sign ${alice}`)).json).toMatchObject({ complete: true, version: 2 });
    expect(JSON.parse(await readFile('topology.v2.json', 'utf8')).document.partners).toEqual([
      { kind: 'blocked', id: 'fabrikam', domains: ['fabrikam.example'] },
    ]);
    expect(await succeed('partner unblock fabrikam')).toContain('2 of 2 administrators must sign');
    await sign();
    expect(JSON.parse(await readFile('topology.v3.json', 'utf8')).document.partners).toEqual(before);
  });

  it('say that nothing is left to sign where the block has ended before it was signed', async () => {
    await succeed('partner block fabrikam');
    const told = await succeed('partner unblock fabrikam');
    expect(told).toContain('the version in force says so already: nothing is left to sign');
    expect(told).not.toContain('entente topology sign');
  });

  it('say that nothing has changed where that is so, and which partner may be meant', async () => {
    expect((await answerOf('partner unblock fabrikam')).status).toBe(1);
    await succeed('partner block fabrikam');
    expect((await answerOf('partner block fabrikam')).status).toBe(1);
    for (const name of ['fabrikan', 'fabrikam.example']) {
      const { status, stderr } = await runEntente(`partner block ${name}`);
      expect(status).toBe(2);
      expect(stderr).toContain('did you mean fabrikam?');
    }
  });

  it('do not guess what a partner had where no signed version knows it', async () => {
    await succeed('topology add partner northwind --domain northwind.example --blocked');
    const { status, stderr } = await runEntente('partner unblock northwind');
    expect(status).toBe(2);
    expect(stderr).toContain('entente topology remove northwind --kind partner');
  });
});
