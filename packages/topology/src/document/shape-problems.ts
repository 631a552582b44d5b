import type { z } from 'zod';
import type { Path, Problem } from '../terms/problem.ts';
import { asciiProblem } from './ascii-problem.ts';
import { caseProblem } from './case-problem.ts';
import type { TopologyDocument } from './document.ts';
import type { FieldCode } from './field-types.ts';
import { documentSchema } from './schema.ts';

/** Codes of a document that does not have the shape of a topology. */
export type ShapeCode =
  | FieldCode
  | 'unknown-field'
  | 'missing-field'
  | 'wrong-type'
  | 'not-allowed-value'
  | 'out-of-range';

/** A document of the right shape, or every place where it is not. */
export type ShapeResult =
  | { readonly ok: true; readonly document: TopologyDocument }
  | { readonly ok: false; readonly problems: readonly Problem<ShapeCode>[] };

/** The most problems that are reported at once. */
const maxProblems = 100;

/**
 * Checks that a value has the shape of a topology.
 *
 * @param value - as JSON or YAML gave it
 */
export function checkShape(value: unknown): ShapeResult {
  const parsed = documentSchema.safeParse(value, { reportInput: true });
  if (parsed.success) return { ok: true, document: parsed.data };
  const problems: Problem<ShapeCode>[] = [];
  for (const issue of parsed.error.issues) {
    if (problems.length >= maxProblems) break;
    problems.push(...problemsOf(issue));
  }
  return { ok: false, problems };
}

function problemsOf(issue: z.core.$ZodIssue): readonly Problem<ShapeCode>[] {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys
        .slice(0, 10)
        .map((key) =>
          problem(
            'unknown-field',
            [...path, key],
            `The field ${JSON.stringify(key.slice(0, 80))} is unknown here.`,
            spelling,
          ),
        );
    case 'custom': {
      const code = codeOf(issue.params);
      return [
        asciiProblem(code, path, issue.input) ??
          caseProblem(code, path, issue.input) ??
          problem(code, path, issue.message, remedyForText),
      ];
    }
    case 'invalid_type':
      return [typeProblem(path, issue.expected, issue.input)];
    case 'invalid_value':
      return [valueProblem(path, issue.values.map(String), issue.input)];
    case 'invalid_union':
      return [valueProblem(path, ['allowed-domain', 'allowed-server', 'blocked'], issue.input)];
    case 'invalid_key':
      return [
        asciiProblem('not-an-aor', path, path.at(-1)) ??
          problem(
            'not-an-aor',
            path,
            `The name of this field must be an address like alice@contoso.example. ${issue.issues[0]?.message ?? ''}`.trim(),
            remedyForText,
          ),
      ];
    case 'too_small':
      return [
        problem('out-of-range', path, rangeMessage('at least', issue.minimum, issue.origin), remedyForNumber),
      ];
    case 'too_big':
      return [
        problem('out-of-range', path, rangeMessage('at most', issue.maximum, issue.origin), remedyForNumber),
      ];
    default:
      return [problem('wrong-type', path, issue.message, remedyForText)];
  }
}

/** The code that a field with a format of its own has set. */
function codeOf(params: { readonly code?: ShapeCode } | undefined): ShapeCode {
  return params?.code ?? 'wrong-type';
}

const spelling =
  'Correct its spelling or its indentation, or remove it; the field names are in the topology reference.';
const remedyForText = 'Correct the text at this place.';
const remedyForNumber = 'Correct the number, or the length of the list, at this place.';

/** A file of comments alone, or without a byte. */
const emptyProblem = problem(
  'wrong-type',
  [],
  'There is no topology in this text: it needs the fields format, network, version, issued, administrators, domains and servers.',
  'Bring the file back from a copy; where there is none, remove it, and write a first topology with entente topology init <network> --administrator <you>.',
);

function typeProblem(path: Path, expected: string, input: unknown): Problem<ShapeCode> {
  if (input === null && path.length === 0) return emptyProblem;
  const name = JSON.stringify(String(path.at(-1) ?? 'document'));
  if (input === undefined) {
    return problem('missing-field', path, `The field ${name} is missing.`, `Add ${name}.`);
  }
  const subject = typeof path.at(-1) === 'number' ? `An entry of ${listName(path)}` : `The value of ${name}`;
  return problem(
    'wrong-type',
    path,
    `${subject} must be ${typeNames[expected] ?? expected}, not ${describe(input)}.`,
    input === null ? `Give ${name} a value, or remove it.` : (quotesRemedy(expected, input) ?? remedyForText),
  );
}

/** The name of a list, of which the path has an entry. */
function listName(path: Path): string {
  return JSON.stringify(String(path.findLast((step) => typeof step === 'string') ?? 'document'));
}

/** Quotes alone are too many or too few: whole numbers are texts in quotes, and numbers without. */
function quotesRemedy(expected: string, input: unknown): string | undefined {
  const isNumber = expected === 'number' || expected === 'int';
  if (isNumber && typeof input === 'string' && /^[0-9]{1,15}$/.test(input))
    return `Remove the quotes: ${Number(input)}.`;
  return expected === 'string' && Number.isSafeInteger(input) ? `Put it in quotes: "${input}".` : undefined;
}

function valueProblem(path: Path, values: readonly string[], input: unknown): Problem<ShapeCode> {
  const listed = values.map((value) => JSON.stringify(value)).join(', ');
  if (input === undefined) {
    const name = JSON.stringify(String(path.at(-1)));
    return problem(
      'missing-field',
      path,
      `The field ${name} is missing. It is one of ${listed}.`,
      `Add ${name}.`,
    );
  }
  const found = typeof input === 'object' ? describe(input) : JSON.stringify(input).slice(0, 80);
  return problem(
    'not-allowed-value',
    path,
    `The value ${found} is not allowed here. Allowed: ${listed}.`,
    `Write one of ${listed}.`,
  );
}

function rangeMessage(bound: string, limit: number | bigint, origin: string): string {
  const unit = origin === 'array' ? ' entries' : origin === 'string' ? ' characters' : '';
  return `The value must be ${bound} ${limit}${unit}.`;
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'fields',
  record: 'fields',
};

function describe(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  const type = typeof value;
  if (type === 'number') return Number.isInteger(value) ? 'a whole number' : 'a number';
  return type === 'object' ? 'fields' : (typeNames[type] ?? type);
}

function problem(code: ShapeCode, path: Path, message: string, remedy: string): Problem<ShapeCode> {
  return { code, severity: 'error', message, remedy, path };
}
