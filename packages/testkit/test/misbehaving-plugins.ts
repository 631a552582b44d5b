import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a plugin does wrong, once, when it is next called. */
export type Mood = 'throws' | 'floods' | 'leaks' | 'hangs';

/** Ports with a plugin that can misbehave, each with the version of its contract. */
export const misbehavingPorts = { 'request-policy': 2, exporter: 1, locations: 2 } as const;

/** One of {@link misbehavingPorts}. */
export type MisbehavingPort = keyof typeof misbehavingPorts;

/** Called first in each method: a file with the name of the port says what to do wrong; the one that takes it away does it. */
const misbehave = (port: MisbehavingPort) => `
  const kept = [];
  function misbehave() {
    for (const file of ['${port}', '${port}-' + process.pid].map((name) => folder + '/' + name)) {
      let mood;
      try { mood = fs.readFileSync(file, 'utf8'); fs.unlinkSync(file); } catch { continue; }
      if (mood === 'throws') throw new Error('no more');
      if (mood === 'floods') for (;;) log.info({}, 'flood');
      if (mood === 'leaks') for (;;) kept.push(Buffer.alloc(8_388_608, 1));
      if (mood === 'hangs') for (;;);
    }
  }`;

const methods: Readonly<Record<MisbehavingPort, string>> = {
  'request-policy': 'judge() { misbehave(); },',
  exporter: 'export() { misbehave(); },',
  // Servers share the files: one for each user.
  locations: `
    lookup(aor, now) { misbehave(); return read(aor).filter(({ expiresAt }) => expiresAt > now); },
    update(aor, now, decide) {
      const { bindings, result } = decide(this.lookup(aor, now));
      if (bindings !== undefined) fs.writeFileSync(fileOf(aor), JSON.stringify(bindings));
      return result;
    },
    removeFlow: () => 0,
    removeUser: () => 0,
    expire: () => 0,
    expireSome() { misbehave(); },`,
};

/**
 * Installs a plugin for each port that keeps its contract until it is told to do something wrong.
 * @param directory - where the configurations of the servers are
 * @returns their entries in a configuration, and how to tell them
 */
export function installMisbehaving(directory: string) {
  const folder = join(directory, 'moods');
  mkdirSync(folder, { recursive: true });
  const plugins = (Object.keys(methods) as MisbehavingPort[]).map((port) => {
    const use = `misbehaving-${port}`;
    const home = join(directory, 'node_modules', use);
    mkdirSync(home, { recursive: true });
    const entente = {
      apiVersion: 1,
      name: use,
      provides: { [port]: misbehavingPorts[port] },
      may: ['read-files', 'write-files'],
      onFailure: 'pass',
    };
    writeFileSync(
      join(home, 'package.json'),
      JSON.stringify({ name: use, version: '1.0.0', type: 'module', exports: './index.js', entente }),
    );
    writeFileSync(
      join(home, 'index.js'),
      `import fs from 'node:fs';
      const port = { name: '${port}', version: ${misbehavingPorts[port]} };
      const folder = ${JSON.stringify(folder)};
      const fileOf = (aor) => folder + '/' + encodeURIComponent(aor) + '.json';
      const read = (aor) => fs.existsSync(fileOf(aor)) ? JSON.parse(fs.readFileSync(fileOf(aor), 'utf8')) : [];
      let log;
      ${misbehave(port)}
      export const plugin = {
        name: '${use}', apiVersion: 1, requires: [], provides: [port],
        configSchema: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
        setup(scope) {
          log = scope.log;
          log.info({ event: 'up', pid: process.pid }, 'up');
          scope.provide(port, { ${methods[port]} });
        },
      };`,
    );
    return { use, timeLimitMs: 1_000, ...(port === 'request-policy' ? { onFailure: 'pass' } : {}) };
  });
  return {
    plugins,
    /** @param pid - of the process that is meant; default the first that is called */
    tell(port: MisbehavingPort, mood: Mood, pid?: number): void {
      // Whole at once: a plugin that found it empty would take it away, and do nothing wrong.
      const draft = join(folder, 'draft');
      writeFileSync(draft, mood);
      renameSync(draft, join(folder, pid === undefined ? port : `${port}-${pid}`));
    },
    /** Whether a process has read what it is to do. */
    hasRead: (port: MisbehavingPort, pid: number): boolean => !existsSync(join(folder, `${port}-${pid}`)),
  };
}
