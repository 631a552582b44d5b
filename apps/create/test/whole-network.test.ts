import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { create } from '@entente/create';
import { hello, NetworkFolderFault, type RunningNetwork, startNetwork } from '@entente/network-folder';
import { runnable } from '@entente/testkit/parts';
import { spawnTied } from '@entente/testkit/repository';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const programs = ['cli', 'authority-server', 'pool-server', 'demo-client'];

describe('the network of npm create @entente', { timeout: 600_000 }, () => {
  let outside: string;
  let folder: string;
  let network: RunningNetwork | undefined;
  const shown: string[] = [];
  const say = (line: string): void => void shown.push(line);

  beforeAll(async () => {
    vi.stubEnv('PATH', [join(root, 'tooling/bin'), process.env.PATH].join(delimiter));
    await Promise.all(programs.map((app) => runnable(`apps/${app}/src/bin.ts`)));
    outside = mkdtempSync(join(tmpdir(), 'entente-network-'));
    folder = join(outside, 'my-net');
    await create([folder], { say, complain: say });
  });
  afterAll(async () => {
    await network?.stop();
    vi.unstubAllEnvs();
    rmSync(outside, { recursive: true, force: true });
  });

  async function start(clock?: () => number): Promise<string> {
    shown.splice(0);
    network = await startNetwork(folder, say, clock);
    return shown.join('\n');
  }
  async function stop(): Promise<boolean | undefined> {
    const stopped = await network?.stop();
    network = undefined;
    return stopped;
  }
  async function deliver(): Promise<string> {
    shown.splice(0);
    await hello(folder, say);
    return shown.join('\n');
  }

  it('delivers nothing before it runs, and says what to do', async () => {
    await expect(deliver()).rejects.toMatchObject({
      code: 'ENTENTE_NETWORK_STOPPED',
      remedy: expect.stringContaining('run npm start in another terminal'),
    });
  });

  it('begins with a signed topology, also after a start that was interrupted', async () => {
    mkdirSync(join(folder, '.first-start.partial'));
    writeFileSync(join(folder, '.first-start.partial/topology.yaml'), 'half');
    const words = await start();
    expect(words).toContain('$ npx entente topology sign --key administrators/admin.key');
    expect(readdirSync(folder)).toEqual(
      expect.arrayContaining(['topology.signed.json', 'fe1.yaml', 'fe2.yaml']),
    );
    expect(readdirSync(folder).filter((name) => name.startsWith('.first-start'))).toEqual([]);
  });

  it('shows the way of the first message with the protection of each connection and the names of certificates', async () => {
    const words = await deliver();
    expect(words).toContain('alice@my-net.example → fe1.my-net.example\n    TLS, TLSv1.3, ');
    expect(words).toContain('fe1.my-net.example → fe2.my-net.example\n    MTLS, TLSv1.3, ');
    expect(words).toMatch(
      /fe2\.my-net\.example → bob@my-net\.example.*\n {4}TLS, .*a certificate for fe2\.my-net\.example/,
    );
    expect(words).toMatch(
      /✓ delivered in \d+ ms: bob has received "hello bob, this is alice" from alice@my-net\.example/,
    );
  });

  it('keeps keys, passwords and tokens for their owner alone', () => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const secret = files.filter((name) =>
      /\.key$|^clients\/.*\.yaml$|^fe\d\.yaml$|^logs\/.*\.log$/.test(name),
    );
    expect(secret.length).toBeGreaterThanOrEqual(12);
    expect(secret.filter((name) => (statSync(join(folder, name)).mode & 0o077) !== 0)).toEqual([]);
  });

  it('is not started twice: the ports are in use', async () => {
    await expect(startNetwork(folder, say)).rejects.toMatchObject({
      name: NetworkFolderFault.name,
      code: 'ENTENTE_NETWORK_PORT_IN_USE',
      remedy: expect.stringMatching(/^if npm start of this network runs in another terminal, stop it there/),
    });
  });

  it('obeys the commands of its README, the last of which takes a front end its certificate', async () => {
    const readme = readFileSync(join(folder, 'README.md'), 'utf8');
    const named = readdirSync(folder).filter((name) => !name.startsWith('.'));
    expect(named.filter((name) => !readme.includes(`\`${name}\``) && !readme.includes(`\`${name}/`))).toEqual(
      [],
    );
    const commands = [...readme.matchAll(/^npx (entente .*)$/gm)].map(([, command = '']) =>
      command.split(' '),
    );
    expect(commands.map((words) => words.slice(1, 3).join(' '))).toEqual([
      expect.stringMatching(/^explain /),
      'status --as',
      'user add',
      'cert revoke',
    ]);
    for (const [program = '', ...args] of commands) {
      await using ran = spawnTied(program, args, { cwd: folder });
      let words = '';
      ran.process.stdout?.on('data', (chunk) => {
        words += String(chunk);
      });
      const status = await new Promise((resolve) => ran.process.once('close', resolve));
      expect(status, `${args.join(' ')}\n${words}`).toBe(0);
    }
    await expect(deliver()).rejects.toThrow(/revoked/);
  });

  it('has a front end join again whose certificate has expired while it was stopped, and none that was revoked', async () => {
    expect(await stop()).toBe(true);
    const home = join(folder, 'fe1.my-net.example');
    const before = readFileSync(join(home, 'tls.crt'), 'utf8');
    writeFileSync(join(folder, 'fe1.yaml'), '# of the owner\n', { flag: 'a' });
    const words = await start(() => Date.now() + 9 * 86_400_000);
    const as = '--as ca/administrators/admin.yaml';
    expect(words.match(/(?<=\$ npx entente ).*/g)?.sort()).toEqual([
      `cert list --server fe1.my-net.example --all ${as}`,
      `cert list --server fe2.my-net.example --all ${as}`,
      `join-token fe1.my-net.example --config fe1.yaml ${as} --replace`,
    ]);
    expect(words).toMatch(/fe1\.my-net\.example: its certificate expired at .*: it joins again/);
    expect(words).toMatch(/! fe2\.my-net\.example: .*was revoked .*: it does not join again by itself/);
    expect(readFileSync(join(`${home}.before`, 'tls.crt'), 'utf8')).toBe(before);
    expect(readFileSync(join(home, 'tls.crt'), 'utf8')).not.toBe(before);
    expect(readFileSync(join(folder, 'fe1.yaml'), 'utf8')).toContain('# of the owner');
    expect(existsSync(join(folder, 'fe2.my-net.example.before'))).toBe(false);
  });

  it('stops as a whole, and starts again with its state: front ends without their folders join, a user without a file gets a password', async () => {
    expect(await stop()).toBe(true);
    const before = readFileSync(join(folder, 'clients/alice.yaml'), 'utf8');
    for (const name of ['fe1', 'fe2']) rmSync(join(folder, `${name}.my-net.example`), { recursive: true });
    rmSync(join(folder, 'clients/bob.yaml'));
    const words = await start();
    const as = '--as ca/administrators/admin.yaml';
    // Several at once.
    expect(words.match(/(?<=\$ npx entente ).*/g)?.sort()).toEqual([
      // It was not revoked.
      `join-token fe1.my-net.example --config fe1.yaml ${as}`,
      `join-token fe1.my-net.example --config fe1.yaml ${as} --replace`,
      `join-token fe2.my-net.example --config fe2.yaml ${as}`,
      `topology publish ${as}`,
      `user add bob@my-net.example --generate ${as}`,
      `user passwd bob@my-net.example --generate ${as}`,
    ]);
    expect(readFileSync(join(folder, 'clients/alice.yaml'), 'utf8')).toBe(before);
    expect(await deliver()).toContain('✓ delivered');
    expect(await stop()).toBe(true);
  });

  it('ends with status 0 when it is told to stop, and with 1 and the name of the server when one ends by itself', async () => {
    const bin = await runnable('apps/create/src/network-bin.ts');
    for (const isTold of [true, false]) {
      await using tied = spawnTied(process.execPath, [...conditionsOf(bin), 'start'], { cwd: folder });
      let words = '';
      const runs = new Promise<void>((resolve) => {
        for (const stream of [tied.process.stdout, tied.process.stderr])
          stream?.on('data', (chunk) => {
            words += String(chunk);
            if (words.includes('Ctrl-C stops the servers.')) resolve();
          });
      });
      const ended = new Promise((resolve) => tied.process.once('close', resolve));
      await Promise.race([runs, ended]);
      if (isTold) tied.process.kill('SIGINT');
      else
        process.kill(
          JSON.parse(readFileSync(join(folder, 'fe1.my-net.example/process.json'), 'utf8')).pid,
          'SIGKILL',
        );
      expect(await ended, words).toBe(isTold ? 0 : 1);
      expect(words).toContain(
        isTold ? 'All servers have stopped' : 'fe1.my-net.example has ended with SIGKILL',
      );
    }
  });

  it('is not created over what is left of an earlier one', async () => {
    rmSync(join(folder, 'ca'), { recursive: true });
    await expect(startNetwork(folder, say)).rejects.toThrow(
      /found none, but topology\.yaml, topology\.signed\.json, administrators/,
    );
    expect(existsSync(join(folder, 'ca'))).toBe(false);
  });
});

/** `--import tsx` and others are looked for from the folder in which the program runs. */
function conditionsOf(args: readonly string[]): readonly string[] {
  return args.map((arg) =>
    arg === 'reflect-metadata' ? join(root, 'node_modules/reflect-metadata/Reflect.js') : arg,
  );
}
