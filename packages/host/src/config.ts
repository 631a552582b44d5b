import { readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { nearestName } from '@entente/options';
import { LineCounter, parseDocument } from 'yaml';
import type { core, ZodType } from 'zod';
import { fieldsAt } from './config-fields.ts';
import { OperatorFault } from './fault.ts';
import { utf8Text } from './utf8-text.ts';

/** Larger files are refused before they are read. */
const maxConfigBytes = 1_048_576;

/**
 * Reads a server's configuration: YAML, checked against a schema, unknown fields refused.
 * @param file - path of the YAML file
 * @param schema - zod schema; make its objects strict so that a misspelt field is an error
 * @param toName - how the operator names another file, for the remedy; default the option --config
 * @returns the value of the schema
 * @throws OperatorFault `ENTENTE_CONFIG_MISSING`, `ENTENTE_CONFIG_TOO_LARGE`, `ENTENTE_NOT_UTF8`,
 * `ENTENTE_CONFIG_SYNTAX`, `ENTENTE_CONFIG_UNKNOWN_FIELD` or `ENTENTE_CONFIG_INVALID`, each with file:line:column and a remedy
 */
export function loadConfig<T>(
  file: string,
  schema: ZodType<T>,
  toName = 'give the path of the configuration file with --config',
): T {
  return parseConfig(readConfigText(file, toName), file, schema);
}

/**
 * Reads a file of YAML without a schema, for a program that needs a few fields of the configuration of another one.
 * @param file - path of the file
 * @param toName - see {@link loadConfig}
 * @throws OperatorFault `ENTENTE_CONFIG_MISSING`, `ENTENTE_CONFIG_TOO_LARGE`, `ENTENTE_NOT_UTF8` or `ENTENTE_CONFIG_SYNTAX`
 */
export function loadYaml(
  file: string,
  toName = 'give the path of the configuration file with --config',
): unknown {
  return parseYaml(readConfigText(file, toName), file).value;
}

/**
 * The pure half of {@link loadConfig}.
 * @param text - YAML text
 * @param file - name to report as the place of an error
 * @param schema - see {@link loadConfig}
 */
export function parseConfig<T>(text: string, file: string, schema: ZodType<T>): T {
  const { at, document, value } = parseYaml(text, file);
  const result = schema.safeParse(value);
  if (result.success) return result.data;

  if (value === null || value === undefined) throw empty(file, schema);
  const issue = deepest(result.error.issues);
  const place = at(offsetOf(document, issue));
  const field = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '?';
    throw new OperatorFault('ENTENTE_CONFIG_UNKNOWN_FIELD', {
      sentence: `the field "${field === '' ? key : `${field}.${key}`}" is not known`,
      place,
      remedy: remedyFor(key, fieldsAt(schema, issue.path)),
    });
  }
  const isMissing = field !== '' && valueAt(value, issue.path) === undefined;
  throw new OperatorFault('ENTENTE_CONFIG_INVALID', {
    sentence: isMissing ? `the field "${field}" is missing` : invalidSentence(field, issue.message),
    place,
    remedy: isMissing ? 'add the field' : 'correct the value',
  });
}

/** YAML with its value, and the place of each character for messages. */
function parseYaml(text: string, file: string) {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, strict: true, uniqueKeys: true });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const error = document.errors[0];
  if (error !== undefined) {
    throw new OperatorFault('ENTENTE_CONFIG_SYNTAX', {
      sentence: `not valid YAML: ${error.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '')}`,
      place: at(error.pos[0]),
      remedy: 'correct the syntax at this position',
    });
  }
  return { at, document, value: plainValue(document, file) };
}

/** A file without any field, or with comments alone. */
function empty(file: string, schema: ZodType): OperatorFault {
  const needed = [
    ...new Set(
      (schema.safeParse({}).error?.issues ?? [])
        .filter(({ path }) => path.length > 0)
        .map(({ path }) => String(path[0])),
    ),
  ];
  return new OperatorFault('ENTENTE_CONFIG_INVALID', {
    sentence: 'the file is empty',
    place: file,
    remedy:
      needed.length === 0
        ? 'write the fields that it is to have, or {} for none'
        : `write the fields that it needs: ${needed.join(', ')}`,
  });
}

/** The field that may be meant; where none is near, those that there are. */
function remedyFor(key: string, fields: readonly string[]): string {
  const meant = nearestName(key, fields);
  if (meant !== undefined) return `write ${meant} if that is meant, or remove it`;
  return fields.length === 0 ? 'remove it' : `remove it; the fields here are ${fields.join(', ')}`;
}

function invalidSentence(field: string, message: string): string {
  const subject = field === '' ? 'the configuration' : `the field "${field}"`;
  const found = message.replace(/^Invalid input(?:: )?/, '');
  return found === '' ? `${subject} is not valid` : `${subject} is not valid: ${found}`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (within, step) =>
      typeof within === 'object' && within !== null
        ? (within as Record<PropertyKey, unknown>)[step]
        : undefined,
    value,
  );
}

/**
 * Resolves a path named in a configuration file against that file's folder.
 * @param file - the configuration file
 * @param path - absolute, or relative to the folder of `file`
 */
export function pathBeside(file: string, path: string): string {
  return isAbsolute(path) ? path : resolve(dirname(file), path);
}

/** A configuration needs few aliases; nested ones can expand to any size. */
function plainValue(document: ReturnType<typeof parseDocument>, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 16 });
  } catch (error) {
    throw new OperatorFault('ENTENTE_CONFIG_SYNTAX', {
      sentence: 'the aliases cannot be resolved or expand too far',
      place: file,
      remedy: 'write the values out instead of using YAML aliases',
      cause: error,
    });
  }
}

function readConfigText(file: string, remedy: string): string {
  try {
    const found = statSync(file);
    if (!found.isFile()) {
      throw new OperatorFault('ENTENTE_CONFIG_MISSING', {
        sentence: `expected a file, found ${found.isDirectory() ? 'a directory' : 'something else'}`,
        place: file,
        remedy,
      });
    }
    if (found.size > maxConfigBytes) {
      throw new OperatorFault('ENTENTE_CONFIG_TOO_LARGE', {
        sentence: `the file has ${found.size} bytes, more than ${maxConfigBytes}`,
        place: file,
        remedy,
      });
    }
    return utf8Text(readFileSync(file), file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new OperatorFault('ENTENTE_CONFIG_MISSING', {
      sentence: 'the file does not exist',
      place: file,
      remedy,
      cause: error,
    });
  }
}

/** Unknown fields first: a misspelt name also makes the right name look missing. */
function deepest(issues: readonly core.$ZodIssue[]): core.$ZodIssue {
  return issues.find((issue) => issue.code === 'unrecognized_keys') ?? (issues[0] as core.$ZodIssue);
}

function offsetOf(document: ReturnType<typeof parseDocument>, issue: core.$ZodIssue): number {
  const path: PropertyKey[] = [...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const parent = document.getIn(path, true) as
      | { items?: { key?: { value?: unknown; range?: number[] } }[] }
      | undefined;
    const pair = parent?.items?.find((item) => item.key?.value === issue.keys[0]);
    if (pair?.key?.range?.[0] !== undefined) return pair.key.range[0];
  }
  for (; ; path.pop()) {
    const node = (path.length === 0 ? document.contents : document.getIn(path, true)) as
      | { range?: number[] }
      | null
      | undefined;
    if (node?.range?.[0] !== undefined) return node.range[0];
    if (path.length === 0) return 0;
  }
}
