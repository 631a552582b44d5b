import { type Binding, bindingText, maxBindingText } from '../locations/binding.ts';
import { type RequestRefusal, refusal } from '../request/refusal.ts';
import type { RegistrationPolicy } from './registration-policy.ts';

type Refused = { readonly ok: false; readonly refusal: RequestRefusal };

/**
 * Refuses a REGISTER that leaves more bindings of an address, or more text in them, than there is room for. One that removes passes, and so
 * does one after which there is less than before: servers of a pool that bind apart may have bound too much together.
 * @param after - bindings that it would leave
 * @param before - those there are
 */
export function withoutRoom(
  after: readonly Binding[],
  before: readonly Binding[],
  policy: RegistrationPolicy,
): Refused | undefined {
  const characters = bindingText(after);
  const isMore = after.length > policy.maxContacts && after.length >= before.length;
  const isLonger = characters > maxBindingText && characters >= bindingText(before);
  if (!(isMore || isLonger) || after.every((binding) => before.includes(binding))) return undefined;
  return isMore ? tooMany(after.length, policy) : tooMuch(characters);
}

/**
 * The refusal of more bindings than an address may have.
 * @param count - of them
 */
export function tooMany(count: number, policy: RegistrationPolicy): Refused {
  return {
    ok: false,
    refusal: refusal(
      'too-many-contacts',
      403,
      `Contact: expected at most ${policy.maxContacts} bindings of one address, found ${count}`,
      'Remove bindings that are no longer used (Contact: * with Expires: 0 removes all).',
    ),
  };
}

function tooMuch(characters: number): Refused {
  return {
    ok: false,
    refusal: refusal(
      'too-many-contacts',
      403,
      `Contact: expected at most ${maxBindingText} characters of Contact, Call-ID and Path in all bindings of one address, found ${characters}`,
      'Remove bindings that are no longer used (Contact: * with Expires: 0 removes all), or register a shorter Contact.',
    ),
  };
}
