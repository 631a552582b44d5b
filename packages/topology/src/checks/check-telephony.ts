import type { TopologyDocument } from '../document/document.ts';
import type { NumberRuleEntry } from '../document/telephony.ts';
import { nameKinds } from './name-kinds.ts';
import type { Report } from './report.ts';

/** Checks that rules make global numbers, that routes lead to gateways, and that emergency calls have a route. */
export function checkTelephony(document: TopologyDocument, report: Report): void {
  checkPartnerNumbers(document, report);
  const { telephony } = document;
  if (telephony === undefined) return;
  for (const [index, rule] of (telephony.rules ?? []).entries()) {
    const found = faultOf(rule);
    if (found === undefined) continue;
    const [message, remedy] = found;
    report('number-rule-useless', ['telephony', 'rules', index, 'prefix'], message, remedy);
  }
  const kindOf = nameKinds(document);
  const gateways = new Set(document.servers.filter(({ role }) => role === 'gateway').map(({ fqdn }) => fqdn));
  for (const [index, { gateway }] of (telephony.routes ?? []).entries()) {
    if (gateways.has(gateway)) continue;
    const kind = kindOf(gateway);
    report(
      'unknown-reference',
      ['telephony', 'routes', index, 'gateway'],
      `${JSON.stringify(gateway)} is not a gateway of this document${kind === undefined ? '' : `: it is ${kind}`}.`,
      kind === undefined
        ? 'Add a server with the role gateway, or correct the name.'
        : 'Name a server with the role gateway instead.',
    );
  }
  const prefixes = (telephony.routes ?? []).map(({ prefix }) => prefix);
  for (const [index, number] of (telephony.emergencyNumbers ?? []).entries()) {
    if (prefixes.some((prefix) => number.startsWith(prefix))) continue;
    report(
      'emergency-without-route',
      ['telephony', 'emergencyNumbers', index],
      `No route takes calls to ${number}.`,
      `Add a route with the prefix "${number}" to a gateway.`,
    );
  }
}

function faultOf(rule: NumberRuleEntry): readonly [message: string, remedy: string] | undefined {
  const { maxLength, minLength = 1, prefix, prepend = '', strip = 0 } = rule;
  const shortest = Math.max(minLength, prefix.length);
  if (maxLength !== undefined && maxLength < shortest)
    return [
      `No number fits: the shortest would have ${shortest} characters, the longest ${maxLength}.`,
      'Raise maxLength, or lower minLength.',
    ];
  if (strip > shortest)
    return [
      `${strip} characters are taken off numbers that have only ${shortest}.`,
      'Raise minLength, or lower strip.',
    ];
  if (prepend.startsWith('+') || (prepend === '' && strip === 0 && prefix.startsWith('+'))) return undefined;
  return [
    'What the rule makes of a number does not begin with +, so it is refused.',
    'Write the country code into prepend, for example "+49".',
  ];
}

/** Two partners cannot own the same numbers: the longest prefix counts, and these are equally long. */
function checkPartnerNumbers(document: TopologyDocument, report: Report): void {
  const owners = new Map<string, string>();
  for (const [at, entry] of (document.partners ?? []).entries()) {
    if (entry.kind === 'blocked') continue;
    for (const [index, prefix] of (entry.numbers ?? []).entries()) {
      const owner = owners.get(prefix);
      if (owner === undefined) owners.set(prefix, entry.id);
      else
        report(
          'partner-number-twice',
          ['partners', at, 'numbers', index],
          `${prefix} is listed by ${owner} and by ${entry.id}.`,
          'List each prefix once, so that it is clear whose numbers they are.',
        );
    }
  }
}
