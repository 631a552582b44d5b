import { OperatorFault } from '@entente/host';
import { publicMode, writeWhole } from '@entente/pki/node';
import type { Problem, Topology } from '@entente/topology';
import { parseTopology } from '@entente/topology-planning';
import { type Document, isMap, isSeq, LineCounter, parseDocument } from 'yaml';
import { withLineEndsOf } from '../line-ends.ts';
import { alreadyThere } from './already-in-document.ts';
import { asClause, placeOf, readText, refuseSigned } from './read-topology.ts';
import type { Before, StillNamed } from './removal-blocked.ts';

/** How the document is written: nothing is folded, so that our own strict reader accepts it. */
const style = { lineWidth: 0, minContentWidth: 0, flowCollectionPadding: true } as const;

/** A remedy lists no more names than these. */
const mostNamed = 10;

/** A document after an edit, as far as the checks are concerned. */
export interface Edited {
  readonly topology: Topology | undefined;
  /** What is still missing; the edit itself has added no error that was not there before. */
  readonly open: readonly Problem[];
}

/**
 * Changes a topology file, keeps its comments, its order and its line ends, and writes it back only where the change adds no error of its own.
 *
 * @param file - path of the YAML
 * @param edit - what to change
 * @param beforeWriting - called when every check has passed; what it throws leaves the file as it is
 * @param explain - says of the errors that the change would add what the check cannot, which does not know what was changed
 * @throws OperatorFault `ENTENTE_TOPOLOGY_INVALID` where the change does not fit, `ENTENTE_TOPOLOGY_SIGNED` where the file is signed
 */
export async function editTopology(
  file: string,
  edit: (document: Document) => void,
  beforeWriting?: () => Promise<void>,
  explain?: (added: readonly Problem[], before: Before) => StillNamed | undefined,
): Promise<Edited> {
  const text = await readText(file);
  refuseSigned(file, text);
  const before = parseTopology(text);
  refuseUnreadable(file, before);
  const document = parseDocument(text, { keepSourceTokens: false });
  edit(document);
  const after = withLineEndsOf(text, document.toString(style));
  const parsed = parseTopology(after);
  const known = new Set(before.ok ? [] : before.problems.map(signatureOf));
  const problems = parsed.ok ? parsed.warnings : parsed.problems;
  const added = problems.filter((problem) => problem.severity === 'error' && isOfThisEdit(problem, known));
  const [first] = added;
  if (first !== undefined) {
    const lines = new LineCounter();
    const inFile = { document: parseDocument(text, { lineCounter: lines }), lines };
    const { message, remedy } = explain?.(added, inFile) ?? alreadyThere(added, document, inFile) ?? first;
    throw new OperatorFault('ENTENTE_TOPOLOGY_INVALID', {
      sentence: `the change was refused: ${message.replace(/\.$/, '')}`,
      place: `${file} (not changed)`,
      remedy: asClause(remedy),
    });
  }
  await beforeWriting?.();
  await writeWhole(file, after, publicMode);
  return { topology: parsed.ok ? parsed.topology : undefined, open: problems };
}

/** Errors that only say that more must be added do not stop an edit: something has to come first. */
const becauseUnfinished: ReadonlySet<string> = new Set(['pool-without-members', 'link-nobody-serves']);

function isOfThisEdit(problem: Problem, known: ReadonlySet<string>): boolean {
  return !becauseUnfinished.has(problem.code) && !known.has(signatureOf(problem));
}

function signatureOf(problem: Problem): string {
  return `${problem.code} ${problem.path.join(' ')}`;
}

/** A file that cannot be parsed must be fixed by hand: an edit would hide what is wrong. */
function refuseUnreadable(file: string, parsed: ReturnType<typeof parseTopology>): void {
  if (parsed.ok) return;
  const unreadable = parsed.problems.find((problem) => problem.path.length === 0);
  if (unreadable === undefined) return;
  throw new OperatorFault('ENTENTE_TOPOLOGY_INVALID', {
    sentence: unreadable.message.replace(/\.$/, ''),
    place: placeOf(file, unreadable),
    remedy: asClause(unreadable.remedy),
  });
}

/**
 * Appends an entry to a list of the document, in block style.
 * @param path - where the list is; it is created where it does not exist
 */
export function append(document: Document, path: readonly (string | number)[], entry: object): void {
  const node = document.createNode(dropUndefined(entry));
  const list = document.getIn(path);
  if (isSeq(list)) {
    list.flow = false;
    list.items.push(node);
  } else document.setIn(path, document.createNode([dropUndefined(entry)]));
}

/** Sets a field of the document; the mappings above it are created where they do not exist. */
export function setField(document: Document, path: readonly (string | number)[], value: unknown): void {
  document.setIn(
    path,
    typeof value === 'object' && value !== null ? document.createNode(dropUndefined(value)) : value,
  );
}

/**
 * Index of the entry of a list whose key has a value.
 * @param path - where the list is
 * @throws OperatorFault `ENTENTE_USAGE` where there is none
 */
export function indexOfEntry(
  document: Document,
  path: readonly (string | number)[],
  key: string,
  value: string,
): number {
  const node = document.getIn(path);
  const list = path.join('.');
  const names = isSeq(node) ? node.items.map((item) => (isMap(item) ? item.get(key) : undefined)) : [];
  const index = names.indexOf(value);
  if (index >= 0) return index;
  const listed = names.length === 0 ? 'none' : names.slice(0, mostNamed).join(', ');
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: `the topology has no ${value} among its ${list}`,
    place: 'the command line',
    remedy: `name one of its ${list}: ${listed}${names.length > mostNamed ? ' …' : ''}`,
  });
}

function dropUndefined<T extends object>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
