export {
  type Account,
  type AccountContact,
  type AccountRecord,
  type AccountRight,
  type AccountState,
  accountRights,
  accountStates,
  type ContactList,
  type Verifiers,
} from './account.ts';
export { type AccountAddress, parseAccountAddress } from './address.ts';
export { checkAccount } from './check-account.ts';
export { checkContacts } from './check-contacts.ts';
export { type AccountLimit, accountLimits } from './limits.ts';
export {
  type AccountRefusal,
  type AccountRefusalData,
  type AccountRefusalReason,
  accountRefusalReasons,
} from './refusal.ts';
export { credentialRecordOf, fewestPasswordCharacters, sameVerifiers, verifiersOf } from './verifiers.ts';
