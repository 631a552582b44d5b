import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type AppProcess, type Network, startNetwork } from '@entente/testkit';
import { spawnTied, startApp } from '@entente/testkit/repository';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf, clone, Terminal } from './guide-terminal.ts';

const hour = 3_600_000;
const page = join(clone, 'docs/guides/emergencies.md');
const fqdn = 'fe2.contoso.example';

/** A module for `--import`: the clock of the whole process is wrong by so many milliseconds. */
function clockWrongBy(ms: number): string {
  const source = `const Right = Date;
    globalThis.Date = class extends Right {
      constructor(...given) { super(...(given.length === 0 ? [Right.now() + ${ms}] : given)); }
      static now() { return Right.now() + ${ms}; }
    };`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

describe('a server whose clock is wrong', { timeout: 300_000 }, () => {
  let network: Network;
  let folder: string;
  let config: string;
  let server: AppProcess | undefined;
  beforeAll(async () => {
    network = await startNetwork({ clients: [] });
    folder = await mkdtemp(join(tmpdir(), 'entente-wrong-clock-'));
    config = join(network.directory, `${fqdn}.yaml`);
    await network.frontEnds.find(({ name }) => name === fqdn)?.stop();
  });
  afterAll(async () => {
    await server?.stop();
    await network?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  /** Runs the server with a wrong clock until it refuses something for it, and what the page tells to look for with what it has logged. */
  async function found(wrongByMs: number, reason: RegExp): Promise<string> {
    const program = [`apps/pool-server/src/bin.ts`, '--config', config];
    const node = ['--conditions=@entente/source', '--import', 'tsx', '--import', clockWrongBy(wrongByMs)];
    const log: string[] = [];
    {
      await using tied = spawnTied(process.execPath, [...node, ...program], { cwd: clone });
      const lines = createInterface({
        input: tied.process.stdout as NonNullable<typeof tied.process.stdout>,
      });
      for await (const line of lines) {
        log.push(line);
        if (reason.test(line)) break;
      }
    }
    await writeFile(join(folder, 'fe2.yaml.log'), `${log.join('\n')}\n`);
    const [look = ''] = (await blocksOf(page)).filter((block) => block.includes('clock-untrusted'));
    await using terminal = new Terminal();
    return await terminal.run(`cd ${folder}\n${look}`);
  }

  it('that is a day behind finds the reason as the page on emergencies says', async () => {
    expect(await readFile(page, 'utf8')).toContain('is behind logs `certificate-not-yet-valid`');
    const reasons = /"reason":"(clock-untrusted|certificate-not-yet-valid|not-yet-signed)"/;
    expect(await found(-24 * hour, reasons)).toMatch(reasons);
  });

  it('that is ten days ahead finds the reason as the page on emergencies says', async () => {
    const reasons = /"reason":"(certificate-expired|revocation-stale|topology-stale)"/;
    expect(await found(240 * hour, reasons)).toMatch(reasons);
  });

  it('goes on as soon as its clock is right', async () => {
    server = await startApp('pool-server', { name: fqdn, configFile: config });
    expect(server.records.some(({ event }) => event === 'started')).toBe(true);
  });
});
