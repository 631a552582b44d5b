/** What `node --cpu-prof` writes, as far as it is read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      /** From 0. */
      readonly lineNumber: number;
    };
    readonly children?: readonly number[];
  }[];
  /** Microseconds. */
  readonly endTime: number;
  readonly startTime: number;
  /** Ids of nodes, in order of time. */
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

/** A part of the work, and its share of the processor time, 0 to 1. */
export interface Part {
  readonly name: string;
  readonly share: number;
}

/**
 * Sums up where a process has spent its time, by the function that ran and not by who called it.
 * @param profile - of the process
 * @param bundle - text of the script that ran, as esbuild wrote it: a comment names the file before its lines
 * @param lastMs - only this much of the end counts
 * @returns parts by share, the largest first; waiting is none
 */
export function partsOf(profile: CpuProfile, bundle: string, lastMs: number): readonly Part[] {
  const files = filesOf(bundle);
  const own = ownMicros(profile, lastMs);
  const micros = new Map<string, number>();
  let sum = 0;
  for (const { callFrame, id } of profile.nodes) {
    const name = partOf(callFrame, files);
    const spent = own.get(id) ?? 0;
    if (name === undefined || spent === 0) continue;
    micros.set(name, (micros.get(name) ?? 0) + spent);
    sum += spent;
  }
  return [...micros].map(([name, spent]) => ({ name, share: spent / sum })).sort((a, b) => b.share - a.share);
}

/**
 * How long each node ran itself.
 * @param lastMs - only this much of the end of the profile counts
 * @returns microseconds by the id of the node
 */
export function ownMicros(profile: CpuProfile, lastMs: number): ReadonlyMap<number, number> {
  const own = new Map<number, number>();
  let at = profile.startTime;
  for (const [i, id] of profile.samples.entries()) {
    const delta = profile.timeDeltas[i] ?? 0;
    at += delta;
    if (at >= profile.endTime - lastMs * 1_000) own.set(id, (own.get(id) ?? 0) + delta);
  }
  return own;
}

/** For each line of the bundle the file of the repository that it comes from. */
export function filesOf(bundle: string): readonly string[] {
  let file = '';
  return bundle.split('\n').map((line) => {
    const found = /^\/\/ (?:\.\.\/)*((?:packages|apps|node_modules)\/\S+)$/.exec(line);
    if (found?.[1] !== undefined) file = found[1];
    return file;
  });
}

const nodeParts: readonly (readonly [RegExp, string])[] = [
  [/tls/, 'Node: TLS sockets'],
  [/net$|stream_base/, 'Node: sockets'],
  [/stream/, 'Node: streams'],
  [/timers/, 'Node: timers'],
  [/events/, 'Node: events'],
  [/buffer|string_decoder/, 'Node: buffers'],
  [/task_queues|async_hooks|promise/, 'Node: ticks and hooks'],
];

/** The part of the work that a function belongs to; undefined where nothing ran. */
export function partOf(
  { functionName, lineNumber, url }: CpuProfile['nodes'][number]['callFrame'],
  files: readonly string[],
): string | undefined {
  if (functionName === '(idle)' || functionName === '(root)') return undefined;
  if (functionName === '(program)') return 'system calls and libuv';
  if (functionName === '(garbage collector)') return 'garbage';
  if (url.startsWith('node:')) return nodeParts.find(([pattern]) => pattern.test(url))?.[1] ?? 'Node: other';
  if (url === '') return /^write/.test(functionName) ? 'TLS writes' : `native ${functionName}`;
  const file = files[lineNumber] ?? '';
  return /^packages\/([^/]+)\/src\/([^/]+)/.exec(file)?.slice(1).join('/') ?? file;
}
