import { copyFile, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { answerOf, runEntente, succeed } from './command-line.ts';
import { useTopologyFolder } from './topology-folder.ts';

useTopologyFolder();

const alice = '--key administrators/alice.key';
const bob = '--key administrators/bob.key';

/** Two versions, both signed by both. */
async function signTwo(): Promise<void> {
  for (const server of ['fe2.contoso.example', 'fe3.contoso.example']) {
    await succeed(`topology add server ${server} --role front-end`);
    await succeed(`topology sign ${alice}`);
    await succeed(`topology approve ${bob} --yes`);
  }
}

async function contents(): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir('.')).filter((name) => /^topology\./.test(name));
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(name, 'utf8')] as const)),
  );
}

describe('a signed topology', () => {
  it.each([
    ['sign', `topology sign topology.v1.json ${alice}`],
    ['add', 'topology add server fe9.contoso.example --role front-end --file topology.v1.json'],
    ['remove', 'topology remove fe2.contoso.example --file topology.signed.json --yes'],
  ])('is not changed by %s, which names the YAML instead', async (_verb, line) => {
    await signTwo();
    const before = await contents();
    const { status, stderr } = await runEntente(line);
    expect(status).toBe(2);
    expect(stderr).toContain('ENTENTE_TOPOLOGY_SIGNED');
    expect(stderr).toContain('topology.yaml');
    expect(await contents()).toEqual(before);
  });

  it('is not changed either where a program has laid it out differently', async () => {
    await signTwo();
    const laidOut = JSON.stringify(JSON.parse(await readFile('topology.v1.json', 'utf8')), undefined, 2);
    await writeFile('topology.v1.json', laidOut);
    const { status, stderr } = await runEntente(`topology sign topology.v1.json ${alice}`);
    expect({ status, told: stderr.includes('ENTENTE_TOPOLOGY_SIGNED') }).toEqual({ status: 2, told: true });
    expect(await readFile('topology.v1.json', 'utf8')).toBe(laidOut);
  });

  it.each(['topology.signed.json', 'topology.v2.json', 'topology.v1.json'])(
    'is left by approve where it has all its signatures or another version is in force: %s',
    async (file) => {
      await signTwo();
      const before = await contents();
      const { status, json } = await answerOf(`topology approve ${file} ${bob} --yes`);
      expect({ status, ok: json.ok }).toEqual({ status: 1, ok: false });
      expect(await contents()).toEqual(before);
    },
  );
});

describe('a damaged version in force', () => {
  it.each([
    ['cut off', (text: string) => text.slice(0, 200)],
    ['emptied', () => ''],
  ])('leads to the newest version beside it: %s', async (_how, damage) => {
    await signTwo();
    await succeed('topology add server fe4.contoso.example --role front-end');
    await writeFile('topology.signed.json', damage(await readFile('topology.signed.json', 'utf8')));
    for (const line of [`topology sign ${alice}`, 'topology publish']) {
      const { status, stderr } = await runEntente(line);
      expect({ line, status }).toEqual({ line, status: 2 });
      expect(stderr).toContain('ENTENTE_TOPOLOGY_INVALID');
      expect(stderr).toContain('is topology.v2.json, which is beside it, copy that file over it');
    }
    await copyFile('topology.v2.json', 'topology.signed.json');
    await succeed(`topology sign ${alice}`);
  });
});

describe('entente topology approve', () => {
  it('shows the first version as a whole: who signs, servers, roots, partners', async () => {
    await succeed(`topology sign ${alice}`);
    const shown = await succeed(`topology approve ${bob} --yes`);
    expect(shown).toContain('the first version of contoso.example');
    expect(shown).toContain('2 of 2 administrators must sign: alice, bob');
    expect(shown).toContain('+ front-end fe1.contoso.example');
    expect(shown).toContain('+ authority ca.contoso.example');
  });

  it('shows what changes from the version before, and signs nothing that nobody has confirmed', async () => {
    await signTwo();
    await succeed('topology add server fe4.contoso.example --role front-end');
    await succeed(`topology sign ${alice}`);
    const before = await contents();
    const { status, stderr } = await runEntente(`topology approve ${bob}`);
    expect(status).toBe(2);
    expect(stderr).toContain('--yes');
    expect(stderr).toContain('ENTENTE_NOT_CONFIRMED');
    expect(await contents()).toEqual(before);
    const signed = await succeed(`topology approve ${bob} --yes`);
    expect(signed).toContain('fe4.contoso.example added (change by quorum)');
    expect(signed).toContain('2 of 2 administrators must sign');
  });

  it('takes the version before from its own file where another one is in force here', async () => {
    await signTwo();
    await succeed('topology add server fe4.contoso.example --role front-end');
    await succeed(`topology sign ${alice}`);
    await writeFile('topology.signed.json', await readFile('topology.v1.json', 'utf8'));
    expect(await succeed(`topology approve ${bob} --yes`)).toContain('fe4.contoso.example added');
    expect(JSON.parse(await readFile('topology.signed.json', 'utf8')).document.version).toBe(3);
  });

  it('does not sign what it cannot compare: the version before is missing, or is another one', async () => {
    await signTwo();
    await succeed('topology add server fe4.contoso.example --role front-end');
    await succeed(`topology sign ${alice}`);
    const pending = await readFile('topology.pending.json', 'utf8');
    const first = await readFile('topology.v1.json', 'utf8');
    await rm('topology.signed.json');
    await writeFile('topology.v2.json', first);
    for (const step of ['another', 'none']) {
      const { status, stderr } = await runEntente(`topology approve ${bob} --yes`);
      expect(status, step).toBe(2);
      expect(stderr, step).toContain('ENTENTE_VERSION_MISSING');
      expect(stderr, step).toContain('--as ca/administrators/<you>.yaml');
      // Where a signed version is there, nobody is led to begin again.
      expect(stderr.includes('"version: 1"'), step).toBe(step === 'none');
      expect(await readFile('topology.pending.json', 'utf8')).toBe(pending);
      await rm('topology.v2.json', { force: true });
    }
    await expect(stat('topology.signed.json')).rejects.toThrow();
  });
});

describe('entente topology publish', () => {
  it('names the version that waits where none has all its signatures', async () => {
    const none = await runEntente('topology publish');
    expect(none).toMatchObject({ status: 2, stderr: expect.stringContaining('ENTENTE_NOT_SIGNED') });
    await succeed(`topology sign ${alice}`);
    const { status, stdout } = await runEntente('topology publish');
    expect(status).toBe(1);
    expect(stdout).toContain('Nothing published: no version has all its signatures');
    expect(stdout).toContain('version 1, signed by alice, is not published: it needs more signatures');
    expect(stdout).toContain('entente topology approve topology.pending.json --key');
  });
});

describe('entente topology sign', () => {
  it('says that it replaces a pending version with the signatures of others', async () => {
    await signTwo();
    await succeed('topology add server fe4.contoso.example --role front-end');
    await succeed(`topology sign ${alice}`);
    await succeed('topology add server fe5.contoso.example --role front-end');
    expect(await succeed(`topology sign ${bob}`)).toContain(
      'replaces the pending version 3, signed by alice, which had other changes',
    );
  });
});

describe('a YAML whose version names none before it', () => {
  const remedy =
    /the newest topology\.v<number>\.json.* to topology\.signed\.json beside this file, then entente topology sign/;
  const strip = async () => {
    const text = await readFile('topology.yaml', 'utf8');
    await writeFile('topology.yaml', text.replace(/^previous:.*\n/m, ''));
  };

  it('is signed once the version before is beside it, which is the remedy where it is not', async () => {
    await signTwo();
    await rm('topology.signed.json');
    await succeed('topology add server fe4.contoso.example --role front-end');
    await strip();
    const refused = await runEntente(`topology sign ${alice}`);
    expect(refused).toMatchObject({ status: 2, stderr: expect.stringMatching(remedy) });
    await copyFile('topology.v2.json', 'topology.signed.json');
    const { json } = await answerOf(`topology sign ${alice}`);
    expect(json).toMatchObject({ version: 3, complete: false });
    await succeed(`topology approve ${bob} --yes`);
    expect(await readFile('topology.yaml', 'utf8')).toMatch(/^previous: /m);
  });

  it('is a first version where it is numbered 1, which is the other remedy', async () => {
    await writeFile(
      'topology.yaml',
      (await readFile('topology.yaml', 'utf8')).replace('version: 1', 'version: 2'),
    );
    const refused = await runEntente(`topology sign ${alice}`);
    expect(refused.stderr).toContain('write version: 1 where there is none');
    await writeFile(
      'topology.yaml',
      (await readFile('topology.yaml', 'utf8')).replace('version: 2', 'version: 1'),
    );
    await succeed(`topology sign ${alice}`);
  });
});
