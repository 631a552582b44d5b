import { isDomainName } from '../names/domain-name.ts';
import type { Path, Problem } from '../terms/problem.ts';
import { type FieldCode, isIdentifier } from './field-types.ts';

/**
 * Says of a name or an id with capital letters how it is written: nothing else is wrong with it.
 * @param code - of the field
 * @param input - what it has
 * @returns undefined where capital letters are not what is wrong, or not all of it
 */
export function caseProblem(code: string, path: Path, input: unknown): Problem<FieldCode> | undefined {
  if (typeof input !== 'string' || !/^[\x20-\x7e]{1,253}$/.test(input)) return undefined;
  const written = input.toLowerCase();
  if (written === input) return undefined;
  const [kind, isRight] =
    code === 'not-a-name'
      ? (['a name', isDomainName(written)] as const)
      : (['an id', code === 'not-an-id' && isIdentifier(written)] as const);
  if (!isRight) return undefined;
  return {
    code: code === 'not-a-name' ? 'not-a-name' : 'not-an-id',
    severity: 'error',
    message: `${JSON.stringify(input)} has capital letters, which ${kind} in a topology does not have.`,
    remedy: `Write ${written}.`,
    path,
  };
}
