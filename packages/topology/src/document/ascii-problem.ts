import { asciiForm, isBeyondAscii } from '../names/ascii-form.ts';
import type { Path, Problem } from '../terms/problem.ts';
import type { FieldCode } from './field-types.ts';

/**
 * Says of a name or an address with letters beyond ASCII how it is written: people who own such a domain do not know its form in DNS.
 * @param code - of the field
 * @param input - what it has
 * @returns undefined where that is not what is wrong
 */
export function asciiProblem(code: string, path: Path, input: unknown): Problem<FieldCode> | undefined {
  if (typeof input !== 'string' || !isBeyondAscii(input)) return undefined;
  if (code === 'not-a-name') return nameProblem(path, input);
  return code === 'not-an-aor' ? addressProblem(path, input) : undefined;
}

function nameProblem(path: Path, input: string): Problem<FieldCode> | undefined {
  const scheme = input.startsWith('sip:') ? 'sip:' : '';
  const written = asciiForm(input.slice(scheme.length));
  if (written === undefined) return undefined;
  return {
    code: 'not-a-name',
    severity: 'error',
    message: `${shown(input)} has letters that names in DNS do not have as they are.`,
    remedy: `Write ${scheme}${written}, which is the same name in ASCII.`,
    path,
  };
}

function addressProblem(path: Path, input: string): Problem<FieldCode> | undefined {
  const at = input.lastIndexOf('@');
  const [user, host] = [input.slice(0, at), input.slice(at + 1)];
  const written = asciiForm(host);
  if (at <= 0 || written === undefined) return undefined;
  const parts = [
    ...(isBeyondAscii(user) ? ['the part before the @ with letters of ASCII'] : []),
    ...(isBeyondAscii(host) ? [`the domain as ${written}, which is the same name in ASCII`] : []),
  ];
  return {
    code: 'not-an-aor',
    severity: 'error',
    message: `${shown(input)} has letters beyond ASCII, which addresses of users do not have.`,
    remedy: `Write ${parts.join(', and ')}.`,
    path,
  };
}

function shown(input: string): string {
  return JSON.stringify(input.slice(0, 80));
}
