/** Limits on an account and on the list of its contacts. */
export const accountLimits = {
  /** Characters of an address of record. */
  addressLength: 254,
  /** Contacts of one list. */
  contacts: 1_000,
  /** Characters of the name of a contact. */
  contactNameLength: 128,
  /** Groups that one contact is in. */
  groupsOfContact: 16,
  /** Groups of one list. */
  groups: 64,
  /** Characters of the name of a group. */
  groupNameLength: 64,
  /** Octets of one list, as JSON in UTF-8. */
  contactListBytes: 262_144,
} as const;

/** Name of a limit. */
export type AccountLimit = keyof typeof accountLimits;
