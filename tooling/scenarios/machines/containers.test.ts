import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildTopology, defaultPorts } from '@entente/topology';
import { parseTopology } from '@entente/topology-planning';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runnable } from '../../../packages/testkit/src/network/runnable.ts';
import { readServiceUnit } from './service-unit.ts';

interface Service {
  readonly command: string;
  readonly volumes: readonly string[];
  readonly networks: Readonly<
    Record<string, { readonly ipv4_address: string; readonly aliases: readonly string[] }>
  >;
  readonly ports?: readonly string[];
  readonly healthcheck: { readonly test: readonly string[] };
  readonly user?: string;
  readonly privileged?: boolean;
  readonly cap_drop: readonly string[];
  readonly stop_grace_period: string;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const example = join(root, 'examples/containers');
const read = (...path: string[]): string => readFileSync(join(...path), 'utf8');
const { services, volumes } = parse(read(example, 'compose.yaml'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, null>;
};
const image = read(example, 'Containerfile');
const page = read(example, 'README.md');

/** The program of a container, as its command names it. */
const programOf = ({ command }: Service): string =>
  /\/usr\/local\/bin\/entente-([a-z-]+)/.exec(command)?.[1] ?? '';
const unitOf = (program: string) =>
  readServiceUnit(read(root, `examples/systemd/entente-${program}.service`));

describe('the image', () => {
  it('has the package of each server and of the command line, on a Node that they accept', () => {
    const named = [...image.matchAll(/@entente\/([a-z-]+)@\$\{VERSION\}/g)].map((match) => match[1] ?? '');
    const apps = readdirSync(join(root, 'apps')).filter((app) => app.endsWith('-server'));
    expect(named.toSorted()).toEqual([...apps, 'cli'].toSorted());
    for (const app of named) {
      const manifest = JSON.parse(read(root, 'apps', app, 'package.json')) as Record<string, unknown>;
      expect(manifest).toMatchObject({ name: `@entente/${app}`, publishConfig: { access: 'public' } });
    }
    expect(Number(/^FROM \S+node:(\d+)-slim$/m.exec(image)?.[1])).toBeGreaterThanOrEqual(20);
  });

  it('runs as the user of the units, in their folder', () => {
    const { environment, user, workingDirectory } = unitOf('pool-server');
    expect(image).toMatch(new RegExp(`^USER ${user}$`, 'm'));
    expect(image).toMatch(new RegExp(`^WORKDIR ${workingDirectory}$`, 'm'));
    expect(image).toContain(`ENV ${environment[0]}\n`);
    const uid = /--uid (\d+) /.exec(image)?.[1] ?? '';
    expect(page).toContain(`chown ${uid} `);
  });
});

describe('a container', () => {
  it.each(Object.entries(services))(
    'runs what the unit of its server runs, with no right of root: %s',
    (_, service) => {
      const unit = unitOf(programOf(service));
      expect(service.command).toBe(unit.start.replace('/usr/bin/env ', ''));
      expect(service).toMatchObject({
        cap_drop: ['ALL'],
        read_only: true,
        security_opt: ['no-new-privileges:true'],
      });
      expect(service.user ?? service.privileged).toBe(undefined);
      expect(service.stop_grace_period).toBe(`${unit.stopMs / 1_000}s`);
    },
  );

  it.each(Object.entries(services))(
    'has the configuration where its command looks, and a volume for its state: %s',
    (name, service) => {
      const file = /--config (\S+)/.exec(service.command)?.[1];
      expect(service.volumes).toContainEqual(
        expect.stringMatching(new RegExp(`^\\./[a-z0-9-]+\\.yaml:${file}:ro$`)),
      );
      expect(service.volumes).toContain(`${name}:/var/lib/entente`);
      expect(Object.keys(volumes)).toContain(name);
    },
  );
});

describe('the commands of the page', () => {
  let folder: string;
  const environment = { ...process.env, PATH: `${join(root, 'tooling/bin')}:${process.env.PATH}` };
  const run = (...[program = '', ...args]: string[]) =>
    spawnSync(program, args, { cwd: folder, encoding: 'utf8', env: environment });

  beforeAll(async () => {
    // Bundled once, each of them starts in a fraction of the time.
    const apps = ['cli', ...new Set(Object.values(services).map(programOf))];
    await Promise.all(apps.map((app) => runnable(`apps/${app}/src/bin.ts`)));
    folder = mkdtempSync(join(tmpdir(), 'entente-containers-'));
    cpSync(example, folder, { recursive: true });
    const [, commands = ''] = /```sh\n(.*?)```/s.exec(page) ?? [];
    const ran = run('bash', '-euc', commands);
    expect(ran.status, ran.stderr).toBe(0);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('describe the servers of the compose file, at its addresses, and publish the ports at which the edge listens outside', () => {
    const parsed = parseTopology(read(folder, 'topology.yaml'));
    if (!parsed.ok) throw new Error('the topology of the page is not one');
    const topology = buildTopology(parsed.topology.document);
    const planned = [...topology.servers.values()].map(({ fqdn, interfaces }) => [
      fqdn,
      interfaces.internal?.address,
    ]);
    const inside = Object.values(services).map(({ networks }) => networks.servers);
    expect(planned).toEqual(inside.map((network) => [network?.aliases[0], network?.ipv4_address]));
    const outside = services.edge1?.networks.outside;
    expect(topology.servers.get('edge1.contoso.example')?.interfaces.external).toMatchObject({
      fqdn: outside?.aliases[0],
      address: outside?.ipv4_address,
    });
    const ports = [...new Set(Object.values(defaultPorts.edge.external ?? {}))];
    expect(services.edge1?.ports?.toSorted()).toEqual(ports.map((port) => `${port}:${port}`).toSorted());
  });

  it('lead a published port to the interface outside: Docker takes the network whose name comes first', () => {
    const published = Object.values(services).filter(({ ports = [] }) => ports.length > 0);
    expect(published).toEqual([services.edge1]);
    for (const { networks } of published) expect(Object.keys(networks).sort()[0]).toBe('outside');
  });

  it.each(Object.entries(services))(
    'give each server a configuration that it accepts, with the port that its container asks: %s',
    (name, service) => {
      const program = programOf(service);
      const [, port] = /127\.0\.0\.1:(\d+)\/readyz/.exec(service.healthcheck.test.join(' ')) ?? [];
      const file = service.volumes[0]?.split(':')[0] ?? '';
      expect(page).toMatch(new RegExp(`management: \\{ port: ${port} \\}.*${file.slice(2, -5)}\\.yaml`));
      // A front end and an edge get theirs with a token, from an authority that runs; here they have joined before.
      if (program !== 'authority-server') {
        const directory = join(folder, name);
        mkdirSync(directory);
        writeFileSync(join(directory, 'member.json'), '{}');
        writeFileSync(
          join(folder, file),
          `fqdn: ${name}.contoso.example\ndirectory: ${directory}\nmanagement: { port: ${port} }\n`,
        );
      } else
        writeFileSync(
          join(folder, file),
          read(folder, file).replace('/var/lib/entente/ca', join(folder, 'ca')),
        );
      const checked = run(`entente-${program}`, '--config', file, '--check-config');
      expect(`${checked.stdout}${checked.stderr}`).toContain('the configuration is valid');
    },
  );

  it('leave an administrator the files that the commands to the authority read', () => {
    const moved = page.match(/^(?:cp|mv) (?!-).*$/gm) ?? [];
    const ran = run('bash', '-euc', moved.join('\n'));
    expect(ran.status, ran.stderr).toBe(0);
    const [, access = ''] = / --as (\S+)/.exec(page) ?? [];
    const { anchors, certificate, key } = parse(read(folder, access)) as Record<string, string>;
    for (const file of [anchors, certificate, key])
      expect(read(folder, access, '..', String(file))).toContain('-----BEGIN');
  });
});
