import { z } from 'zod';

const uri = z.string().min(1).max(1_024);

/** One line on standard input: what the user does next. */
export const command = z.discriminatedUnion('do', [
  z.strictObject({ id: z.int(), do: z.literal('register'), expires: z.int().min(0).optional() }),
  z.strictObject({
    id: z.int(),
    do: z.literal('message'),
    to: uri,
    text: z.string().max(65_536),
    /** Another From than the user's own, to see it refused. */
    as: uri.optional(),
  }),
  z.strictObject({ id: z.int(), do: z.literal('call'), to: uri }),
  z.strictObject({ id: z.int(), do: z.literal('hang-up') }),
]);

export type Command = z.infer<typeof command>;

/** Longest line that is read. */
export const maxLineBytes = 131_072;

/** Reads one line, or says what is wrong with it. */
export function readCommand(line: string): { ok: true; command: Command } | { ok: false; message: string } {
  if (line.length > maxLineBytes)
    return { ok: false, message: `the line has more than ${maxLineBytes} bytes` };
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { ok: false, message: 'the line is not JSON' };
  }
  const result = command.safeParse(value);
  return result.success
    ? { ok: true, command: result.data }
    : { ok: false, message: sentenceOf(result.error.issues[0]) };
}

/** The first problem in words; the names of the commands are what a person has mistyped most often. */
function sentenceOf(issue: z.core.$ZodIssue | undefined): string {
  const verbs = 'register, message, call, hang-up';
  if (issue === undefined || issue.code === 'invalid_union') return `"do" must be one of ${verbs}`;
  if (issue.code === 'unrecognized_keys') return `the field "${issue.keys[0]}" is not known`;
  const field = issue.path.join('.');
  return field === '' ? 'the line must be a JSON object' : `the field "${field}" is missing or not valid`;
}
