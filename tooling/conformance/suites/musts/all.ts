import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { InScope } from './check.ts';
import type { MustSection } from './must.ts';

/** Every MUST of RFC 3261 §10 and §16 and of RFC 3327, 5626 and 5627, in the order of the texts: `rfc3261.yaml` and so on. */
export const mustSections: readonly MustSection[] = [3261, 3327, 5626, 5627].flatMap((rfc) => {
  const text = readFileSync(new URL(`rfc${rfc}.yaml`, import.meta.url), 'utf8');
  return (parse(text) as readonly Omit<MustSection, 'rfc'>[]).map((section) => ({ rfc, ...section }));
});

/** Of RFC 3261 registrations and proxies alone, of the others everything. */
export const isInScope: InScope = (rfc, section) => rfc !== 3261 || /^(?:10|16)(?:\.|$)/.test(section);
