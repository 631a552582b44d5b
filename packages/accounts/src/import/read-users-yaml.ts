import { anyText } from '@entente/options';
import type { DigestAlgorithm } from '@entente/sip';
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import type { Account } from '../account.ts';
import { parseAccountAddress } from '../address.ts';
import { checks } from '../fault.ts';
import { refuse } from '../refusal.ts';
import { AccountCollector, type AccountDefaults, type AccountsRead, type Refused } from './account-texts.ts';
import { checkDefaults } from './check-import.ts';

/**
 * Reads accounts from the file `users` of front ends: a list of `username`, `realm` and `ha1`, as `entente user add` writes it. Every
 * account is enabled.
 * @param text - YAML, at most 134,217,728 characters, 1,000,000 accounts
 * @param defaults - what the file says nothing about
 * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT` where an argument is of another kind, e.g. bytes
 */
export function readUsersYaml(text: string, defaults: AccountDefaults = {}): AccountsRead {
  checks.argument(
    text,
    anyText,
    'first argument of readUsersYaml',
    "give the text, e.g. readFileSync(path, 'utf8')",
  );
  checkDefaults(defaults);
  const collector = new AccountCollector();
  if (collector.refuseLength(text.length)) return collector.result();
  // What stands in a text for bytes that are not UTF-8: no name has it.
  const broken = text.indexOf('\uFFFD');
  if (broken !== -1) {
    const detail = 'bytes that are not UTF-8: save the file as UTF-8';
    collector.refuse(text.slice(0, broken).split('\n').length, refuse('text-malformed', { detail }));
    return collector.result();
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, stringKeys: true, keepSourceTokens: false });
  const lineOf = (node: unknown): number => {
    const [start = 0] = (node as Node | null)?.range ?? [];
    return lines.linePos(start).line || 1;
  };
  if (document.errors.length > 0) {
    for (const { linePos, message } of document.errors) {
      const [detail = ''] = message.split('\n');
      collector.refuse(linePos?.[0].line ?? 1, refuse('text-malformed', { detail }));
    }
    return collector.result();
  }
  const root = document.contents;
  const list = isMap(root) ? root.get('users', true) : undefined;
  if (!isMap(root) || !isSeq(list) || root.items.length !== 1) {
    collector.refuse(
      1,
      refuse('field-invalid', { field: 'users', expected: 'a list of users, and nothing else' }),
    );
    return collector.result();
  }
  for (const item of list.items) collector.add(lineOf(item), accountOf(item, defaults));
  return collector.result();
}

function accountOf(item: unknown, defaults: AccountDefaults): Account | Refused {
  const user = isMap(item) ? textsOf(item, ['username', 'realm', 'ha1']) : undefined;
  const ha1 = isMap(item) ? item.get('ha1', true) : undefined;
  const { realm, username } = user ?? {};
  if (!isMap(ha1) || realm === undefined || username === undefined) {
    const expected = 'username and realm as texts and ha1 by algorithm, and nothing else';
    return refuse('field-invalid', { field: 'users', expected });
  }
  const parsed = parseAccountAddress(`${escaped(username)}@${realm}`);
  // H(A1) is of the name and the realm as they are written: other ones would never be right.
  if (!parsed.ok) return parsed;
  if (parsed.value.username !== username || parsed.value.domain !== realm) {
    return refuse('address-invalid', { found: `${username}@${realm}` });
  }
  const verifiers = textsOf(
    ha1,
    ha1.items.map(({ key }) => `${isScalar(key) ? key.value : ''}`),
  );
  if (verifiers === undefined) {
    const expected = 'a text for each algorithm';
    return refuse('field-invalid', { field: 'ha1', expected });
  }
  const { home, rights = [] } = defaults;
  return {
    address: parsed.value.address,
    verifiers: verifiers as Partial<Record<DigestAlgorithm, string>>,
    ...(home === undefined ? {} : { home }),
    state: 'enabled',
    rights,
  };
}

/** The values of a map that are texts; undefined where it has another field. An alias is not a text. */
function textsOf(map: YAMLMap, fields: readonly string[]): Readonly<Record<string, string>> | undefined {
  const texts: [string, string][] = [];
  for (const { key, value } of map.items) {
    const name = isScalar(key) ? key.value : undefined;
    if (typeof name !== 'string' || !fields.includes(name)) return undefined;
    if (isScalar(value) && typeof value.value === 'string') texts.push([name, value.value]);
    else if (!isMap(value)) return undefined;
  }
  return Object.fromEntries(texts);
}

/** A username inside of an address. */
function escaped(username: string): string {
  return encodeURIComponent(username);
}
