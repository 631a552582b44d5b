import { OperatorFault } from '@entente/host';
import { type Document, isSeq } from 'yaml';

/** An entry of `links`, as far as it says which servers it is for. */
interface Entry {
  readonly row?: unknown;
  readonly a?: readonly string[];
  readonly b?: readonly string[];
}

/** The servers or pools of the two sides that a command names; absent where it names none. */
export interface Sides {
  readonly a?: readonly string[] | undefined;
  readonly b?: readonly string[] | undefined;
}

const sides = ['a', 'b'] as const;

/**
 * Takes an entry that narrows a row out of the document, or servers out of such an entry.
 *
 * @param document - the topology
 * @param row - number of the row, as it was typed
 * @param named - whom the entry is for; it may be left out where the row has one entry only
 * @throws OperatorFault `ENTENTE_USAGE` where no entry, or more than one, is meant
 */
export function openRow(document: Document, row: string, named: Sides): void {
  if (!/^[1-9][0-9]?$/.test(row)) {
    throw usage(`expected the number of the row, found ${row}`, 'give the number of the row, like 15');
  }
  const node = document.getIn(['links']);
  const list: readonly Entry[] = isSeq(node) ? (node.toJS(document) as Entry[]) : [];
  const ofRow = list.flatMap((entry, index) => (entry.row === Number(row) ? [{ entry, index }] : []));
  if (ofRow.length === 0) {
    throw usage(
      `the topology does not narrow row ${row}`,
      'entente topology check --links shows the rows that are narrowed',
    );
  }
  const meant = ofRow.filter(({ entry }) => isMeant(entry, named));
  const [only] = meant;
  if (only === undefined || meant.length > 1) {
    throw usage(
      `expected one entry of row ${row}, found ${only === undefined ? 'none for these servers alone' : meant.length}`,
      `name one: ${ofRow.map(({ entry }) => commandFor(row, entry)).join(', or ')}`,
    );
  }
  const rest = sides.find((side) => isPart(only.entry[side], named[side]));
  if (rest === undefined) document.deleteIn(['links', only.index]);
  else {
    const left = only.entry[rest]?.filter((name) => !named[rest]?.includes(name));
    document.setIn(['links', only.index, rest], document.createNode(left));
  }
}

/** Whether an entry is for exactly the named servers, or for them and others of one side: what is left is then an entry too. */
function isMeant(entry: Entry, named: Sides): boolean {
  if (named.a === undefined && named.b === undefined) return true;
  const isFor = sides.every((side) => named[side]?.every((name) => entry[side]?.includes(name)) ?? true);
  return isFor && !sides.every((side) => isPart(entry[side], named[side]));
}

function isPart(all: readonly string[] | undefined, some: readonly string[] | undefined): boolean {
  return all !== undefined && some !== undefined && all.some((name) => !some.includes(name));
}

function commandFor(row: string, entry: Entry): string {
  const options = sides.flatMap((side) => (entry[side] ? [` --${side} ${entry[side].join(',')}`] : []));
  return `entente topology remove ${row} --kind link${options.join('')}`;
}

function usage(sentence: string, remedy: string): OperatorFault {
  return new OperatorFault('ENTENTE_USAGE', { sentence, place: 'the command line', remedy });
}
