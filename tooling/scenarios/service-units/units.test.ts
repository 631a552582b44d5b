import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { needs } from '@entente/testkit/repository';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = join(root, 'examples/systemd');
const units = (await readdir(folder)).filter((file) => file.endsWith('.service'));
/** Of ten, by the weights of systemd; 2 is where it stops to say that a service is "OK". */
const mostExposure = 2;

const missing =
  spawnSync('systemd-analyze', ['--version']).status === 0 ? undefined : 'systemd-analyze is not installed';

describe('a unit', () => {
  let copies: string;
  beforeAll(async () => {
    copies = await mkdtemp(join(tmpdir(), 'entente-units-'));
    // Their programs are not installed here, and a unit whose program is missing is not judged further.
    for (const unit of units) {
      const text = await readFile(join(folder, unit), 'utf8');
      await writeFile(
        join(copies, unit),
        text.replaceAll(/\/usr\/local\/bin\/entente-[a-z-]+/g, process.execPath),
      );
    }
  });
  afterAll(() => rm(copies, { recursive: true, force: true }));

  it('is there for each server that is installed', async () => {
    const apps = (await readdir(join(root, 'apps'))).filter((app) => app.endsWith('-server'));
    expect(units.map((unit) => basename(unit, '.service'))).toEqual(apps.map((app) => `entente-${app}`));
    for (const app of apps) {
      const { bin } = JSON.parse(await readFile(join(root, 'apps', app, 'package.json'), 'utf8')) as {
        bin: object;
      };
      const text = await readFile(join(folder, `entente-${app}.service`), 'utf8');
      for (const [, program] of text.matchAll(/\/usr\/local\/bin\/(\S+)/g))
        expect(Object.keys(bin)).toContain(program);
    }
  });

  it('is one that systemd understands, each line of it', (test) => {
    needs(test, missing);
    for (const unit of units) {
      const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', join(copies, unit)], {
        encoding: 'utf8',
      });
      expect({ unit, status, stderr }).toEqual({ unit, status: 0, stderr: '' });
    }
  });

  it('is started again where SIGHUP ends its program, which does not take that signal in the moments before it reads its configuration', async () => {
    for (const unit of units) {
      const text = await readFile(join(folder, unit), 'utf8');
      expect(text).toMatch(/^ExecReload=.* -HUP \$MAINPID$/m);
      expect(text).toMatch(/^RestartForceExitStatus=SIGHUP$/m);
    }
  });

  it('exposes little of the machine, and runs as nobody who could do more', async (test) => {
    needs(test, missing);
    for (const unit of units) {
      const judged = ['security', '--offline=true', `--threshold=${mostExposure * 10}`, join(copies, unit)];
      expect({ unit, status: spawnSync('systemd-analyze', judged).status }).toEqual({ unit, status: 0 });
      const text = await readFile(join(folder, unit), 'utf8');
      expect(text).toMatch(/^User=entente$/m);
      expect(text).toMatch(/^CapabilityBoundingSet=(?:CAP_NET_BIND_SERVICE)?$/m);
    }
  });
});
