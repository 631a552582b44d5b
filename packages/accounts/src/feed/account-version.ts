/**
 * Which version of an account is meant: its number in the directory, a dot, and the epoch that the number belongs to. It grows with each
 * change of the account, its contact list aside; versions of two accounts say nothing about each other.
 */
export type AccountVersion = string;

const form = /^(\d{1,15})\.([\w-]{1,64})$/;

/**
 * Writes the version of an account.
 * @param version - its number, 0 or more
 * @param epoch - of the directory
 */
export function accountVersion(version: number, epoch: string): AccountVersion {
  return `${version}.${epoch}`;
}

/**
 * Whether something is the version of an account.
 * @param value - from JSON
 */
export function isAccountVersion(value: unknown): value is AccountVersion {
  return typeof value === 'string' && form.test(value);
}

/**
 * Whether what was made under one version of an account was made before another version. What is not known, or is of another epoch, counts
 * as earlier: then nothing is kept that a change has ended.
 * @param version - under which it was made
 * @param change - version since a change
 */
export function isBefore(version: AccountVersion | undefined, change: AccountVersion | undefined): boolean {
  const [, made, epoch] = form.exec(version ?? '') ?? [];
  const [, changed, changedIn] = form.exec(change ?? '') ?? [];
  return made === undefined || changed === undefined || epoch !== changedIn || Number(made) < Number(changed);
}

/**
 * Whether two versions can be compared: a directory that was restored, or another one, begins another epoch.
 * @param one - of an account
 * @param other - of the same account
 */
export function isOfOneEpoch(one: AccountVersion, other: AccountVersion): boolean {
  return form.exec(one)?.[2] === form.exec(other)?.[2];
}
