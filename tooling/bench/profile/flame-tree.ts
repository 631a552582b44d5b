import { type CpuProfile, filesOf, ownMicros, partOf } from './read-profile.ts';

/** A function, in the place where it was called, and what it called. */
export interface FlameFrame {
  readonly name: string;
  /** Of the work; see `partsOf`. Empty for the whole. */
  readonly part: string;
  /** Share of the processor time, with what it called, 0 to 1. */
  readonly share: number;
  /** By share, the largest first. */
  readonly children: readonly FlameFrame[];
}

interface Growing {
  readonly name: string;
  readonly part: string;
  micros: number;
  readonly children: Map<string, Growing>;
}

/**
 * Sums up where a process has spent its time, by who called whom.
 * @param profile - of the process
 * @param bundle - text of the script that ran
 * @param options - what of the profile counts
 * @returns all of it; waiting is left out
 */
export function flameTree(
  profile: CpuProfile,
  bundle: string,
  { lastMs, leastShare }: FlameOptions,
): FlameFrame {
  const files = filesOf(bundle);
  const own = ownMicros(profile, lastMs);
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const whole: Growing = { name: 'all', part: '', micros: 0, children: new Map() };
  const add = (id: number, caller: Growing): number => {
    const node = nodes.get(id);
    if (node === undefined || node.callFrame.functionName === '(idle)') return 0;
    const { functionName } = node.callFrame;
    const isRoot = functionName === '(root)';
    const part = isRoot ? '' : (partOf(node.callFrame, files) ?? '');
    const name = functionName === '' ? '(anonymous)' : functionName;
    const frame = isRoot ? caller : child(caller, name, part);
    let micros = isRoot ? 0 : (own.get(id) ?? 0);
    for (const called of node.children ?? []) micros += add(called, frame);
    frame.micros += micros;
    return micros;
  };
  const [root] = profile.nodes;
  if (root !== undefined) add(root.id, whole);
  return cut(whole, whole.micros, leastShare);
}

/** What of a profile counts. */
export interface FlameOptions {
  /** Only this much of its end. */
  readonly lastMs: number;
  /** Smaller frames are left out; their time stays in who called them. */
  readonly leastShare: number;
}

function child(caller: Growing, name: string, part: string): Growing {
  const key = `${name}\n${part}`;
  const known = caller.children.get(key);
  if (known !== undefined) return known;
  const made: Growing = { name, part, micros: 0, children: new Map() };
  caller.children.set(key, made);
  return made;
}

function cut({ children, micros, name, part }: Growing, all: number, leastShare: number): FlameFrame {
  const kept = [...children.values()]
    .map((one) => cut(one, all, leastShare))
    .filter(({ share }) => share >= leastShare)
    .sort((a, b) => b.share - a.share);
  return { name, part, share: all === 0 ? 0 : micros / all, children: kept };
}
