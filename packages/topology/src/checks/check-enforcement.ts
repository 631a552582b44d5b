import type { ServerFlags, TopologyDocument } from '../document/document.ts';
import { defaultPolicies } from '../document/policies.ts';
import type { Path } from '../terms/problem.ts';
import type { Report } from './report.ts';

/** Flags of a server that no program acts on yet, each with what its name promises. */
const idleFlags = {
  throttleAsServer: 'No server limits the rate of another one',
  requiresReplication: 'No server replicates the state of its pool',
} as const satisfies Partial<Record<keyof ServerFlags, string>>;

const { federation } = defaultPolicies;

/** Policies that no program acts on yet: where each is written, its default, and what is missing. */
const idlePolicies: readonly (readonly [path: readonly string[], usual: unknown, why: string])[] = [
  [['federation', 'discovery'], federation.discovery, 'No edge connects to partners that are not listed'],
  ...Object.entries(federation.throttle).map(
    ([name, usual]) =>
      [['federation', 'throttle', name], usual, 'No edge limits the rate of a partner'] as const,
  ),
];

/**
 * Checks that the document sets nothing that no program enforces: a signed setting without an effect would promise what is not so. The
 * default may be written out, because it is what happens.
 */
export function checkEnforcement(document: TopologyDocument, report: Report): void {
  const idle = (path: Path, found: string, why: string, remedy: string): void =>
    report('setting-not-enforced', path, `${why}, so ${found} would have no effect.`, remedy);
  for (const [index, { flags, fqdn }] of document.servers.entries()) {
    for (const [name, why] of Object.entries(idleFlags)) {
      if (flags?.[name as keyof typeof idleFlags] !== true) continue;
      idle(['servers', index, 'flags', name], `${name} of ${fqdn}`, why, 'Remove the flag.');
    }
  }
  for (const [index, partner] of (document.partners ?? []).entries()) {
    if (!('bundle' in partner) || partner.bundle === undefined) continue;
    idle(
      ['partners', index, 'bundle'],
      `the bundle of ${partner.id}`,
      'No edge fetches the anchors of a partner',
      'Remove "bundle" and list the partner’s roots under "anchors".',
    );
  }
  for (const [index, anchor] of (document.anchors?.enterprise ?? []).entries()) {
    for (const limit of ['maxDepth', 'notAfter'] as const) {
      if (anchor[limit] === undefined) continue;
      idle(
        ['anchors', 'enterprise', index, limit],
        `${limit} of ${anchor.name}`,
        'Members believe the roots that the topology lists, without limits',
        'Remove the limit from the topology.',
      );
    }
  }
  for (const [path, usual, why] of idlePolicies) {
    const found = valueAt(document.policies, path);
    if (found === undefined || found === usual) continue;
    idle(['policies', ...path], `${path.join('.')}: ${found}`, why, `Remove it; what happens is ${usual}.`);
  }
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, name) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined),
    value,
  );
}
