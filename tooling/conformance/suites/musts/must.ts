import type { NamedTest } from '../../../mutation/patch.ts';

/** Whom a rule binds. */
export type Party = 'registrar' | 'proxy' | 'edge' | 'user agent' | 'all';

/** One MUST of an RFC: what it demands, in our own words, and how the project stands to it. */
export interface Must {
  readonly binds: Party;
  /** What has to be so, as a sentence without its full stop. */
  readonly rule: string;
  readonly standing:
    | { readonly kind: 'shown'; readonly test: NamedTest }
    /** The rule would bind us, and we do otherwise on purpose; the test shows what we do instead. */
    | { readonly kind: 'deviates'; readonly reason: string; readonly test?: NamedTest }
    /** There is nothing here that the rule could bind. */
    | { readonly kind: 'does not apply'; readonly reason: string };
}

/** The MUSTs of a section in the order of its text, so that the place in the list is the ordinal of the keyword. */
export interface MustSection {
  readonly rfc: number;
  /** `16.3`. */
  readonly section: string;
  /** What the section is about. */
  readonly about: string;
  readonly musts: readonly Must[];
}

/** A rule that a test shows. */
export function shown(binds: Party, rule: string, test: NamedTest): Must {
  return { binds, rule, standing: { kind: 'shown', test } };
}

/** A rule that is not followed, with the reason, and the test of what is done instead. */
export function deviates(binds: Party, rule: string, reason: string, test?: NamedTest): Must {
  return { binds, rule, standing: { kind: 'deviates', reason, ...(test !== undefined && { test }) } };
}

/** A rule about something that this project does not have. */
export function notHere(binds: Party, rule: string, reason: string): Must {
  return { binds, rule, standing: { kind: 'does not apply', reason } };
}

/**
 * Tests of one file, by title.
 * @param file - path below the root
 */
export function testsOf(file: string): (title: string) => NamedTest {
  return (title) => ({ file, title });
}

/** `RFC 3261 §16.3, 4`: the fourth keyword of that section. */
export function nameOf({ rfc, section }: MustSection, index: number): string {
  return `RFC ${rfc} §${section}, ${index + 1}`;
}
