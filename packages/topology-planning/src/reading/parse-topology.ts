import { anyText } from '@entente/options';
import { buildTopology, checkDocument, checkShape, type Problem, type Topology } from '@entente/topology';
import { checks } from '../checks.ts';
import { lineFinder, offsetOf } from '../yaml/locate.ts';
import { readYaml, type YamlDocument } from '../yaml/read-yaml.ts';

/** A topology with warnings, or everything that is wrong with the text. */
export type ParseResult =
  | { readonly ok: true; readonly topology: Topology; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Reads and checks a topology as a person writes it.
 *
 * It reads the part of YAML that needs no guessing (no anchors, aliases, tags or block texts), or JSON; checks the shape, where an
 * unknown field is an error; and then runs every check. A text that is too long or too deep is refused before anything is built.
 *
 * @param text - YAML or JSON, at most 24 million UTF-16 code units
 * @returns problems with line and column, in the order of the text
 */
export function parseTopology(text: string): ParseResult {
  checks.argument(text, anyText, 'text of parseTopology');
  const read = readYaml(text);
  const place = lineFinder(text);
  if (!read.ok) {
    const { code, message, remedy, offset } = read.error;
    return {
      ok: false,
      problems: [{ code, severity: 'error', message, remedy, ...place(offset), path: [] }],
    };
  }
  const shape = checkShape(read.document.value);
  if (!shape.ok) return { ok: false, problems: located(shape.problems, read.document, place) };
  const problems = located(checkDocument(shape.document), read.document, place);
  if (problems.some((problem) => problem.severity === 'error')) return { ok: false, problems };
  return { ok: true, topology: buildTopology(shape.document), warnings: problems };
}

function located(
  problems: readonly Problem[],
  document: YamlDocument,
  place: (offset: number) => { readonly line: number; readonly column: number },
): readonly Problem[] {
  return problems
    .map((problem) => ({ problem, offset: offsetOf(document, problem.path, targetOf(problem)) }))
    .sort((one, other) => one.offset - other.offset)
    .map(({ problem, offset }) => ({ ...problem, ...place(offset) }));
}

const shownAtName: ReadonlySet<string> = new Set(['unknown-field', 'missing-field', 'not-an-aor']);

/** A problem is shown at the name of the field where the name is wrong, else at its value. */
function targetOf(problem: Problem): 'name' | 'value' {
  return shownAtName.has(problem.code) ? 'name' : 'value';
}
