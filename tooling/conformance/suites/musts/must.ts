import type { NamedTest } from '../../../mutation/patch.ts';

/** Whom a rule may bind. */
export const parties = ['registrar', 'proxy', 'edge', 'user agent', 'all'] as const;

/** One MUST of an RFC: what it demands, in our own words, and how the project stands to it. */
export interface Must {
  readonly binds: (typeof parties)[number];
  /** What has to be so, as a sentence without its full stop. */
  readonly rule: string;
  /**
   * `shown`: a test shows it. `deviates`: the rule would bind us, and we do otherwise on purpose; a test, where there is one, shows what we do
   * instead. `does not apply`: there is nothing here that the rule could bind.
   */
  readonly standing: 'shown' | 'deviates' | 'does not apply';
  readonly test?: NamedTest;
  /** Why it is not followed, or does not apply. */
  readonly reason?: string;
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

/** `RFC 3261 §16.3, 4`: the fourth keyword of that section. */
export function nameOf({ rfc, section }: MustSection, index: number): string {
  return `RFC ${rfc} §${section}, ${index + 1}`;
}
