/**
 * A unit of systemd, as far as it says how its process is started. There is no systemd in a namespace; what it would do with these lines,
 * the run of the guide does, and nothing else: the rest confines a process that is a good one, and `tooling/scenarios/service-units` has it judged.
 */
export interface ServiceUnit {
  readonly user: string;
  readonly group: string;
  /** Programs that are run before, to their end. */
  readonly before: readonly string[];
  readonly start: string;
  readonly environment: readonly string[];
  readonly workingDirectory: string;
  /** As umask takes it, e.g. `0077`. */
  readonly umask: string;
  /** As setpriv takes them, e.g. `+net_bind_service`; empty for none. */
  readonly capabilities: readonly string[];
  /** Folders that the service has, which are created with their mode where they are missing. */
  readonly folders: readonly { readonly path: string; readonly mode: string }[];
  /** Milliseconds until what does not stop is killed. */
  readonly stopMs: number;
}

/** Lines that say how a process is started and stopped. */
const followed = new Set([
  'Type',
  'User',
  'Group',
  'ExecStartPre',
  'ExecStart',
  'KillMode',
  'TimeoutStopSec',
  'Environment',
  'ConfigurationDirectory',
  'ConfigurationDirectoryMode',
  'StateDirectory',
  'StateDirectoryMode',
  'WorkingDirectory',
  'UMask',
  'CapabilityBoundingSet',
  'AmbientCapabilities',
  'NoNewPrivileges',
]);
/** Lines that the run does without: restarts, reloads, and what the process may not do. */
const leftOut =
  /^(?:ExecReload|Restart|RestartSec|RestartForceExitStatus|OOMPolicy|Limit\w+|Protect\w+|Private\w+|Restrict\w+|RemoveIPC|ProcSubset|LockPersonality|KeyringMode|SystemCall\w+)$/;

/**
 * Reads a unit.
 *
 * @param text - of the file
 * @throws Error where it has a line of its service that is neither followed nor known to be left out
 */
export function readServiceUnit(text: string): ServiceUnit {
  const section = /^\[Service\]$(.*?)(?=^\[|$(?![\s\S]))/ms.exec(text)?.[1] ?? '';
  const lines = [...section.matchAll(/^([A-Za-z]+)=(.*)$/gm)].map(([, name = '', value = '']) => ({
    name,
    value,
  }));
  const unknown = lines.find(({ name }) => !followed.has(name) && !leftOut.test(name));
  if (unknown !== undefined) throw new Error(`the run of the guide does not know ${unknown.name}= of a unit`);
  const all = (wanted: string): string[] =>
    lines.filter(({ name }) => name === wanted).map(({ value }) => value);
  const one = (wanted: string): string => {
    const [value, ...more] = all(wanted);
    if (value === undefined || more.length > 0) throw new Error(`expected one line ${wanted}= in a unit`);
    return value;
  };
  const [configuration, state] = [
    `/etc/${one('ConfigurationDirectory')}`,
    `/var/lib/${one('StateDirectory')}`,
  ];
  const expanded = (value: string): string =>
    value.replaceAll(/\$\{CONFIGURATION_DIRECTORY\}/g, configuration).replaceAll('%S', '/var/lib');
  const ambient = one('AmbientCapabilities');
  if (ambient !== one('CapabilityBoundingSet'))
    throw new Error('expected the same capabilities in both lines');
  return {
    user: one('User'),
    group: one('Group'),
    before: all('ExecStartPre').map(expanded),
    start: expanded(one('ExecStart')),
    environment: [
      ...all('Environment'),
      `CONFIGURATION_DIRECTORY=${configuration}`,
      `STATE_DIRECTORY=${state}`,
    ],
    workingDirectory: expanded(one('WorkingDirectory')),
    umask: one('UMask'),
    capabilities: ambient
      .split(' ')
      .flatMap((name) => (name === '' ? [] : [name.replace(/^CAP_/, '+').toLowerCase()])),
    folders: [
      { path: configuration, mode: one('ConfigurationDirectoryMode') },
      { path: state, mode: one('StateDirectoryMode') },
    ],
    stopMs: Number(one('TimeoutStopSec')) * 1_000,
  };
}

/**
 * The command by which root starts a program of a unit as systemd does: as its user, with its capabilities alone.
 *
 * @param unit - the unit
 * @param program - its `start`, or one of `before`
 */
export function startCommand(unit: ServiceUnit, program: string): readonly string[] {
  const capabilities = ['-all', ...unit.capabilities].join(',');
  const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin';
  return [
    'setpriv',
    `--reuid=${unit.user}`,
    `--regid=${unit.group}`,
    '--init-groups',
    `--inh-caps=${capabilities}`,
    `--ambient-caps=${capabilities}`,
    `--bounding-set=${capabilities}`,
    '--no-new-privs',
    'env',
    '-i',
    path,
    ...unit.environment,
    'sh',
    '-c',
    `umask ${unit.umask} && cd ${unit.workingDirectory} && exec ${program}`,
  ];
}
