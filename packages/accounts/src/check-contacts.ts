import { anyText, list, object } from '@entente/options';
import type { AccountContact } from './account.ts';
import { refuseAddress } from './address.ts';
import { checks } from './fault.ts';
import { type AccountLimit, accountLimits } from './limits.ts';
import { type AccountRefusal, refuse } from './refusal.ts';

/** The contacts as they are stored, or why they are not. */
type Checked =
  | { readonly ok: true; readonly contacts: readonly AccountContact[] }
  | { readonly ok: false; readonly refusal: AccountRefusal };

/**
 * Checks a contact list before it is stored. What costs more than counting comes after the counts.
 * @param contacts - from a user
 * @returns the contacts without any other field, or the first refusal
 * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT` where they are not a list, or one of them has another shape
 */
export function checkContacts(contacts: readonly AccountContact[]): Checked {
  checks.argument(contacts, list, 'contacts', example);
  const refused = refuseCount('contacts', contacts.length) ?? refuseTexts(contacts);
  if (refused !== undefined) return { ok: false, refusal: refused.refusal };
  const addresses = new Set<string>();
  const groups = new Set<string>();
  for (const [index, contact] of contacts.entries()) {
    const field = wrongField(contact, addresses);
    if (field !== undefined) return refuse('contact-invalid', { index, field });
    addresses.add(contact.address);
    for (const group of contact.groups) groups.add(group);
  }
  const sound = contacts.map(({ address, groups: of, name }) => ({
    address,
    ...(name === undefined ? {} : { name }),
    groups: [...of],
  }));
  const tooMuch =
    refuseCount('groups', groups.size) ??
    refuseCount('contactListBytes', Buffer.byteLength(JSON.stringify(sound)));
  return tooMuch === undefined ? { ok: true, contacts: sound } : { ok: false, refusal: tooMuch.refusal };
}

const example = "give a list of { address: 'alice@contoso.example', groups: [] }";

function refuseTexts(contacts: readonly AccountContact[]): { readonly refusal: AccountRefusal } | undefined {
  for (const contact of contacts) {
    checks.argument(contact, object, 'contact', example);
    const { address, groups, name = '' } = contact;
    checks.argument(address, anyText, 'address of a contact', 'give an address like alice@contoso.example');
    checks.argument(name, anyText, 'name of a contact', 'give name as a text, or leave it out');
    checks.argument(groups, list, 'groups of a contact', "write groups: [], or ['Sales']");
    const refused =
      refuseCount('addressLength', address.length) ??
      refuseCount('contactNameLength', name.length) ??
      refuseCount('groupsOfContact', groups.length);
    if (refused !== undefined) return refused;
    for (const group of groups) {
      checks.argument(group, anyText, 'group of a contact', 'give the name of each group as a text');
      const tooLong = refuseCount('groupNameLength', group.length);
      if (tooLong !== undefined) return tooLong;
    }
  }
  return undefined;
}

function refuseCount(limit: AccountLimit, found: number): { readonly refusal: AccountRefusal } | undefined {
  const most = accountLimits[limit];
  return found <= most ? undefined : refuse('limit-exceeded', { limit, most, found });
}

function wrongField(
  { address, groups, name }: AccountContact,
  known: ReadonlySet<string>,
): 'address' | 'name' | 'groups' | undefined {
  if (known.has(address) || refuseAddress(address) !== undefined) return 'address';
  if (name !== undefined && !isName(name)) return 'name';
  return groups.every(isName) && new Set(groups).size === groups.length ? undefined : 'groups';
}

/** Not empty, and nothing that a terminal or a database would not give back as it is. */
function isName(text: string): boolean {
  return /\S/u.test(text) && !/[\p{Cc}\p{Cs}]/u.test(text);
}
