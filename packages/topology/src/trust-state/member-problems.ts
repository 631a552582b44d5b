import { anyText, list, object } from '@entente/options';
import { z } from 'zod';
import { canonicalJson } from '../document/canonical-json.ts';
import { checks } from '../terms/fault.ts';

/**
 * The format of the problems that a member reports. They are not in its standing: there an authority, or a command, of an earlier release
 * refuses every field that it does not know, and then nothing is known of the member at all.
 */
export const memberProblemsFormat = 'entente-member-problems/1';

/** So many problems of one member are reported; what it counts itself is in its health. */
export const maxMemberProblems = 16;

/** Longest sentence of a problem, characters. */
export const maxProblemText = 1_000;

/** Longest text of the problems of a member, characters. */
export const maxProblemsLength = 65_536;

/** What is wrong at a member, in its own words. */
export interface ReportedMemberProblem {
  /** What it is about, e.g. `external-certificate`; 1 to 48 of a–z, 0–9 and `-`. */
  readonly part: string;
  /** What was found; 1 to 1,000 characters, none of them a control character. */
  readonly message: string;
  /** What an operator should do; likewise. */
  readonly remedy: string;
}

const sentence = z
  .string()
  .min(1)
  .max(maxProblemText)
  .regex(/^[^\p{Cc}\p{Cf}\p{Cs}]*$/u);
const schema = z.object({
  format: z.literal(memberProblemsFormat),
  problems: z
    .array(
      z.object({ part: z.string().regex(/^[a-z][a-z0-9-]{0,47}$/), message: sentence, remedy: sentence }),
    )
    .max(maxMemberProblems),
});

/**
 * Writes problems as they are sent: the first 16, each sentence with 1,000 characters at most and a space in the place of each control character.
 * @param problems - of one member, as its health has them
 * @throws TopologyFault `ENTENTE_TOPOLOGY_BAD_ARGUMENT`
 */
export function formatMemberProblems(problems: readonly ReportedMemberProblem[]): string {
  checks.argument(problems, list, 'problems of formatMemberProblems');
  return canonicalJson({
    format: memberProblemsFormat,
    problems: problems.slice(0, maxMemberProblems).map(formatted),
  });
}

function formatted(problem: ReportedMemberProblem): ReportedMemberProblem {
  checks.argument(problem, object, 'a problem of formatMemberProblems');
  const { message, part, remedy } = problem;
  for (const [name, text] of Object.entries({ part, message, remedy }))
    checks.argument(text, anyText, `${name} of a problem of formatMemberProblems`);
  return { part, message: oneLine(message), remedy: oneLine(remedy) };
}

/**
 * Reads what {@link formatMemberProblems} has written. Fields that are not known are left out, so that a later release can add some.
 * @param text - hostile; at most 65,536 characters are read
 * @returns undefined where it is anything else
 */
export function parseMemberProblems(text: string): readonly ReportedMemberProblem[] | undefined {
  checks.argument(text, anyText, 'argument of parseMemberProblems');
  if (text.length > maxProblemsLength) return undefined;
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data.problems : undefined;
  } catch {
    return undefined;
  }
}

/** Half of a pair that a cut has left is one of the characters that a space replaces. */
function oneLine(text: string): string {
  const cut = text.length > maxProblemText ? `${text.slice(0, maxProblemText - 1)}…` : text;
  return cut.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, ' ');
}
