import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { needs, spawnTied } from '@entente/testkit/repository';
import { afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { holdDirectory } from '../src/files/directory-lock.ts';

describe('the directory of a server', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'entente-lock-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const lock = () => join(folder, 'process.json');
  /** Its note, and the socket that shows that it runs. */
  const ofHolder = async (): Promise<string[]> => {
    const { id } = JSON.parse(await readFile(lock(), 'utf8')) as { id: string };
    return ['process.json', `process.${id}.sock`].sort();
  };
  const signOfHolder = async () => (await ofHolder()).find((name) => name.endsWith('.sock')) ?? '';
  const inUse = { code: 'ENTENTE_MEMBER_DIRECTORY_IN_USE' };

  it('is used by one server at a time, and by the next once that has ended', async () => {
    const first = await holdDirectory(folder);
    await expect(holdDirectory(folder)).rejects.toMatchObject(inUse);
    await rm(join(folder, await signOfHolder()));
    await expect(holdDirectory(folder), 'where there are no sockets').rejects.toMatchObject(inUse);
    await first[Symbol.asyncDispose]();
    expect(await readdir(folder)).toEqual([]);
    await (await holdDirectory(folder))[Symbol.asyncDispose]();
  });

  it('is rid of the drafts of processes that were killed, and of no other file', async () => {
    const old = new Date(Date.now() - 3_600_000);
    const kept = ['process.json.0123456789ab', 'process.json.bak', 'process.json.0123456789abcd'];
    for (const name of ['process.json.ba9876543210', ...kept]) {
      await writeFile(join(folder, name), '{"pid":');
      if (name !== kept[0]) await utimes(join(folder, name), old, old);
    }
    const held = await holdDirectory(folder);
    expect((await readdir(folder)).sort()).toEqual([...(await ofHolder()), ...kept].sort());
    await held[Symbol.asyncDispose]();
    expect((await readdir(folder)).sort()).toEqual(kept.sort());
  });

  it('is given to one of many that begin at once', async () => {
    const tries = await Promise.allSettled(Array.from({ length: 20 }, () => holdDirectory(folder)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await readdir(folder)).sort()).toEqual(await ofHolder());
  });

  it('is free where its process has ended without a word, where its number is another’s, or where a crash has cut the note short', async () => {
    const held = await holdDirectory(folder);
    const note = JSON.parse(await readFile(lock(), 'utf8')) as object;
    await held[Symbol.asyncDispose]();
    const { pid } = spawnSync(process.execPath, ['--version']);
    for (const left of [{ ...note, pid }, { ...note, begun: '1' }, undefined]) {
      await writeFile(lock(), left === undefined ? '{"pid":' : JSON.stringify(left));
      await (await holdDirectory(folder))[Symbol.asyncDispose]();
    }
  });

  it('is free where its process has ended and its parent never asks how, as in a container without an init', async (test) => {
    needs(test, process.platform === 'linux' ? undefined : 'there is no /proc here');
    await using parent = spawnTied('sh', ['-c', 'sleep 600 & echo $!; exec sleep 600']);
    const [line] = (await once(parent.process.stdout as Readable, 'data')) as [Buffer];
    const pid = Number(line.toString('utf8'));
    const fields = async () => (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
    const parentOf = Number((await fields())[1]);
    // Until it is another program, the shell may still ask.
    await expect.poll(() => readFile(`/proc/${parentOf}/comm`, 'utf8')).toBe('sleep\n');
    const held = await holdDirectory(folder);
    const note = JSON.parse(await readFile(lock(), 'utf8')) as object;
    await held[Symbol.asyncDispose]();
    await writeFile(lock(), JSON.stringify({ ...note, pid, begun: (await fields())[19] }));
    await expect(holdDirectory(folder), 'it runs').rejects.toMatchObject(inUse);
    process.kill(pid, 'SIGKILL');
    await expect.poll(async () => (await fields())[0]).toBe('Z');
    await (await holdDirectory(folder))[Symbol.asyncDispose]();
  });

  it('stays with the process whose note is there, though one gives it back from which it was taken', async () => {
    const first = await holdDirectory(folder);
    const note = JSON.parse(await readFile(lock(), 'utf8')) as object;
    // As on another machine, which sees no process of that number, and not the socket either.
    await rm(join(folder, await signOfHolder()));
    await writeFile(lock(), JSON.stringify({ ...note, begun: '1', id: '0123456789ab' }));
    await using _second = await holdDirectory(folder);
    await first[Symbol.asyncDispose]();
    expect(await readdir(folder)).toContain('process.json');
    await expect(holdDirectory(folder)).rejects.toMatchObject(inUse);
  });

  it('whose disk is full is named with the file that could not be written', async (test) => {
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', folder]);
    needs(test, mounted.status === 0 ? undefined : 'this user may mount nothing');
    try {
      await writeFile(join(folder, 'ballast'), Buffer.alloc(4_096));
      await expect(holdDirectory(folder)).rejects.toMatchObject({ code: 'ENOSPC', path: lock() });
      expect(await readdir(folder)).toEqual(['ballast']);
    } finally {
      spawnSync('umount', ['-l', folder]);
    }
  });

  /** A server in a container of its own: its process has another number there. */
  async function inContainer(test: TestContext, directory: string) {
    const isolated = ['-pf', '--mount-proc', '--kill-child'];
    const can = spawnSync('unshare', [...isolated, 'true']).status === 0;
    needs(test, can ? undefined : 'this user may make no namespaces');
    const source = JSON.stringify(new URL('../src/files/directory-lock.ts', import.meta.url).href);
    const program = `import { holdDirectory } from ${source};
      setInterval(() => {}, 1_000);
      holdDirectory(${JSON.stringify(directory)}).then(() => console.log('held'), (error) => console.log(error.code));`;
    const node = [process.execPath, '--conditions=@entente/source', '--import', 'tsx'];
    const server = spawnTied('unshare', [...isolated, ...node, '--input-type=module', '-e', program]);
    const [said] = (await once(server.process.stdout as Readable, 'data')) as [Buffer];
    return { server, said: said.toString('utf8').trim() };
  }

  for (const below of ['', 'a'.repeat(100)])
    it(`is used by one server at a time in whatever container, ${below === '' ? 'with a short path' : 'with a long one'}`, async (test) => {
      const directory = join(folder, below);
      await mkdir(directory, { recursive: true });
      const first = await inContainer(test, directory);
      await using server = first.server;
      expect(first.said).toBe('held');
      await expect(holdDirectory(directory)).rejects.toMatchObject(inUse);
      await server[Symbol.asyncDispose]();
      await using _held = await holdDirectory(directory);
      expect((await readdir(directory)).filter((name) => name.endsWith('.sock'))).toHaveLength(1);
      const second = await inContainer(test, directory);
      await using _second = second.server;
      expect(second.said).toBe(inUse.code);
    });

  it('stays with a process that runs, though its note is deleted or an older copy of the files is put back', async () => {
    await (await holdDirectory(folder))[Symbol.asyncDispose]();
    const first = await holdDirectory(folder);
    const older = (await readFile(lock(), 'utf8')).replace(/"id":"[0-9a-f]+"/, '"id":"0123456789ab"');
    await rm(lock());
    await expect(holdDirectory(folder), 'deleted').rejects.toMatchObject(inUse);
    await writeFile(lock(), older.replace(/"begun":"[0-9]*"/, '"begun":"1"'));
    await expect(holdDirectory(folder), 'put back').rejects.toMatchObject(inUse);
    await first[Symbol.asyncDispose]();
    await (await holdDirectory(folder))[Symbol.asyncDispose]();
  });

  it('is given back without a fault where nothing can be removed any more, as on a file system that became read-only', async () => {
    const held = await holdDirectory(folder);
    const given = async () => await held[Symbol.asyncDispose]();
    // A file in its place takes removals as little, also by root.
    await rm(folder, { recursive: true });
    await writeFile(folder, '');
    await expect(given()).resolves.toBeUndefined();
  });

  it('is free as a copy of one that is used', async () => {
    await using _held = await holdDirectory(folder);
    const copy = `${folder}-copy`;
    // Node copies no sockets.
    await cp(folder, copy, { recursive: true, filter: (from) => !from.endsWith('.sock') });
    try {
      await (await holdDirectory(copy))[Symbol.asyncDispose]();
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  });
});
