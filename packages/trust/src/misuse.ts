import { TrustFault, type TrustFaultCode } from './fault.ts';

/** Longest text of a caller that a fault repeats. */
const longestText = 60;

/**
 * The fault of an argument that is not what the types say: callers in JavaScript have no compiler that finds it.
 *
 * @param code - of which function the argument is
 * @param place - the argument
 * @param wanted - what it has to be
 * @param found - what was given
 */
export function misuse(code: TrustFaultCode, place: string, wanted: string, found: unknown): TrustFault {
  return new TrustFault(code, {
    sentence: `expected ${wanted}, found ${foundValue(found)}`,
    place,
    remedy: `give ${wanted}`,
  });
}

/** Whether an argument has fields. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Whether an argument is a list of texts. */
export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

function foundValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') {
    if (value.length > longestText || value.includes('-----')) return `a text of ${value.length} characters`;
    return `"${value.replaceAll(/[^ -~]/g, '?')}"`;
  }
  if (typeof value === 'function') return 'a function';
  if (value instanceof Promise) return 'a promise';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return isObject(value) ? 'an object of another kind' : String(value);
}
