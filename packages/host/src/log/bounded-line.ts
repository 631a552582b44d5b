import { shortText } from '@entente/tls/internal';
import { escapeInvisible } from '@entente/trust';

/** Characters of a text in a line: more than sentences of our own have, and less than a peer may write into a name. */
const maxText = 1_024;
/** Of the stack of an error: its sentence is in it, and every frame helps. */
const maxStack = 8_192;
/** Of a line, as it is written; those of servers have a few hundred. */
const maxLine = 16_384;
/** For the number of fields that were left out. */
const noteLength = 32;
/** What a line is found by; a line that is too long keeps these first. */
const leading: ReadonlySet<string> = new Set([
  'level',
  'time',
  'app',
  'source',
  'pid',
  'event',
  'reason',
  'msg',
]);

type Fields = Readonly<Record<string, unknown>>;

/**
 * A line of the log as it is written, of bounded length, whatever peers, plugins or errors have put into it: of a long text the start and the end stay,
 * with how much was left out; where that is not enough, the longest fields go, and `fieldsLeftOut` has their number. What a terminal
 * would obey is escaped.
 * @param line - JSON, without its line end
 */
export function boundedLine(line: string): string {
  // No text in it is too long.
  if (line.length <= maxText) return escapeInvisible(line);
  const fields = JSON.parse(line, shortened) as Fields;
  const written = textOf(fields);
  return written.length <= maxLine ? written : textOf(withoutLongest(fields));
}

function shortened(name: string, value: unknown): unknown {
  return typeof value === 'string' ? shortText(value, name === 'stack' ? maxStack : maxText) : value;
}

function withoutLongest(fields: Fields): Fields {
  const names = Object.keys(fields);
  const size = (name: string): number => textOf({ [name]: fields[name] }).length;
  const others = names.filter((name) => !leading.has(name)).map((name) => ({ name, length: size(name) }));
  const wanted = [
    ...names.filter((name) => leading.has(name)),
    ...others.sort((one, other) => one.length - other.length).map(({ name }) => name),
  ];
  const kept = new Set<string>();
  let room = maxLine - noteLength;
  for (const name of wanted) {
    const length = size(name);
    if (length > room) continue;
    room -= length;
    kept.add(name);
  }
  const left = Object.fromEntries(Object.entries(fields).filter(([name]) => kept.has(name)));
  return { ...left, fieldsLeftOut: names.length - kept.size };
}

function textOf(fields: Fields): string {
  return escapeInvisible(JSON.stringify(fields));
}
