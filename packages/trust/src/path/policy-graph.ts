import { type Certificate, oids } from '@entente/x509';
import type { InitialPolicies } from '../policy/profile.ts';
import { reject } from '../reasons/catalogue.ts';
import type { Rejection } from '../reasons/rejection.ts';
import type { Spending } from './search-budget.ts';
import { isSelfIssued } from './step-path.ts';

/**
 * A node of the policy graph. The tree of RFC 5280 doubles with every level of a hostile chain; the graph of RFC 9618, with one
 * node per policy and level, is equivalent.
 */
interface PolicyNode {
  readonly policy: string;
  readonly parents: readonly PolicyNode[];
  expected: ReadonlySet<string>;
}

type Level = Map<string, PolicyNode>;

interface Counters {
  explicit: number;
  mapping: number;
  any: number;
}

/**
 * Certificate policies along a path.
 *
 * @param chain - leaf first, the anchor not included
 * @param anchor - the anchor, where its own extensions count; undefined where an anchor is a name and a key
 * @param initial - what the relying party requires
 * @param spending - charged for every node
 * @returns why the path fails, or undefined
 * @see RFC 5280 §6.1.2 to §6.1.6, RFC 9618 §5, RFC 5937
 */
export function policyBreach(
  chain: readonly Certificate[],
  anchor: Certificate | undefined,
  initial: InitialPolicies,
  spending: Spending,
): Rejection | undefined {
  const length = chain.length;
  const start = (asked: boolean): number => (asked ? 0 : length + 1);
  const counters: Counters = {
    explicit: start(initial.requireExplicit),
    mapping: start(initial.inhibitMapping),
    any: start(initial.inhibitAny),
  };
  let level: Level | undefined = new Map([
    [oids.anyPolicy, { policy: oids.anyPolicy, parents: [], expected: new Set([oids.anyPolicy]) }],
  ]);
  if (anchor !== undefined) {
    // An anchor without certificatePolicies limits no policy; its other extensions are initial inputs.
    if (anchor.certificatePolicies !== undefined) level = nextLevel(level, anchor, true, counters, spending);
    if (!applyMappings(level, anchor, counters, spending)) {
      return refuse(anchor, length, initial);
    }
    if (level?.size === 0) level = undefined;
    tighten(anchor, counters);
  }
  for (let depth = length - 1; depth >= 0; depth--) {
    const certificate = chain[depth]!;
    const fail = (): Rejection => refuse(certificate, depth, initial);
    level = nextLevel(level, certificate, depth > 0, counters, spending);
    if (counters.explicit === 0 && level === undefined) return fail();
    if (depth === 0) {
      conclude(certificate, counters);
      if (counters.explicit === 0 && !isAcceptable(level, initial.acceptable)) return fail();
      break;
    }
    if (!applyMappings(level, certificate, counters, spending)) return fail();
    if (level?.size === 0) level = undefined;
    prepare(certificate, counters);
  }
  return undefined;
}

function refuse(certificate: Certificate, depth: number, { acceptable }: InitialPolicies): Rejection {
  return reject('policy-required', { depth, subject: certificate.subject.toString(), expected: acceptable });
}

/** §6.1.3 (d) and (e). */
function nextLevel(
  above: Level | undefined,
  certificate: Certificate,
  isIntermediate: boolean,
  counters: Counters,
  spending: Spending,
): Level | undefined {
  const { certificatePolicies } = certificate;
  if (above === undefined || certificatePolicies === undefined) return undefined;
  spending.compare(certificatePolicies.length);
  const byExpected = expectedBy(above, spending);
  const anyAbove = above.get(oids.anyPolicy);
  const level: Level = new Map();
  for (const { policy } of certificatePolicies) {
    if (policy === oids.anyPolicy) continue;
    const parents = byExpected.get(policy) ?? (anyAbove === undefined ? undefined : [anyAbove]);
    if (parents !== undefined) level.set(policy, { policy, parents, expected: new Set([policy]) });
  }
  const anyCounts = counters.any > 0 || (isIntermediate && isSelfIssued(certificate));
  if (anyCounts && certificatePolicies.some(({ policy }) => policy === oids.anyPolicy)) {
    for (const [policy, parents] of byExpected) {
      if (!level.has(policy)) level.set(policy, { policy, parents, expected: new Set([policy]) });
    }
  }
  return level.size === 0 ? undefined : level;
}

function expectedBy(level: Level, spending: Spending): Map<string, PolicyNode[]> {
  const byExpected = new Map<string, PolicyNode[]>();
  for (const node of level.values()) {
    spending.compare(node.expected.size);
    for (const policy of node.expected) {
      const nodes = byExpected.get(policy);
      if (nodes === undefined) byExpected.set(policy, [node]);
      else nodes.push(node);
    }
  }
  return byExpected;
}

/** §6.1.4 (a) and (b); false where a mapping names anyPolicy. */
function applyMappings(
  level: Level | undefined,
  certificate: Certificate,
  counters: Counters,
  spending: Spending,
): boolean {
  const { policyMappings } = certificate;
  if (policyMappings === undefined) return true;
  spending.compare(policyMappings.length);
  const targets = new Map<string, Set<string>>();
  for (const { issuerDomain, subjectDomain } of policyMappings) {
    if (issuerDomain === oids.anyPolicy || subjectDomain === oids.anyPolicy) return false;
    const known = targets.get(issuerDomain);
    if (known === undefined) targets.set(issuerDomain, new Set([subjectDomain]));
    else known.add(subjectDomain);
  }
  if (level === undefined) return true;
  const any = level.get(oids.anyPolicy);
  for (const [policy, expected] of targets) {
    const node = level.get(policy);
    if (counters.mapping === 0) level.delete(policy);
    else if (node !== undefined) node.expected = expected;
    else if (any !== undefined) level.set(policy, { policy, parents: any.parents, expected });
  }
  return true;
}

/** §6.1.4 (h) to (j). */
function prepare(certificate: Certificate, counters: Counters): void {
  if (!isSelfIssued(certificate)) {
    counters.explicit = Math.max(0, counters.explicit - 1);
    counters.mapping = Math.max(0, counters.mapping - 1);
    counters.any = Math.max(0, counters.any - 1);
  }
  tighten(certificate, counters);
}

/** §6.1.4 (i) and (j): what a certificate requires or inhibits below itself. */
function tighten({ policyConstraints, inhibitAnyPolicy }: Certificate, counters: Counters): void {
  counters.explicit = Math.min(
    counters.explicit,
    policyConstraints?.requireExplicit ?? Number.POSITIVE_INFINITY,
  );
  counters.mapping = Math.min(
    counters.mapping,
    policyConstraints?.inhibitMapping ?? Number.POSITIVE_INFINITY,
  );
  counters.any = Math.min(counters.any, inhibitAnyPolicy ?? Number.POSITIVE_INFINITY);
}

/** §6.1.5 (a) and (b). */
function conclude(leaf: Certificate, counters: Counters): void {
  counters.explicit = Math.max(0, counters.explicit - 1);
  if (leaf.policyConstraints?.requireExplicit === 0) counters.explicit = 0;
}

/** §6.1.5 (g): whether a node of the last level comes from an acceptable policy of the anchor's domain. */
function isAcceptable(level: Level | undefined, acceptable: readonly string[]): boolean {
  if (level === undefined) return false;
  if (acceptable.includes(oids.anyPolicy)) return true;
  const known = new Map<PolicyNode, boolean>();
  const comesFrom = (node: PolicyNode): boolean => {
    const before = known.get(node);
    if (before !== undefined) return before;
    known.set(node, false);
    const result = node.parents.some((parent) =>
      parent.policy === oids.anyPolicy ? acceptable.includes(node.policy) : comesFrom(parent),
    );
    known.set(node, result);
    return result;
  };
  // anyPolicy at the leaf stands for every policy, the acceptable ones included.
  return [...level.values()].some((node) => node.policy === oids.anyPolicy || comesFrom(node));
}
