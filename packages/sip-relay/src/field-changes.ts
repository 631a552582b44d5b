import type { MessageEditor, SipMessage } from '@entente/sip';

/** What becomes of a field: its one value, or line of values; undefined where it goes. */
export type FieldChange = readonly [name: string, value: string | undefined];

/**
 * Fields that have one value in a message.
 * @see RFC 3261 §20.31, RFC 3515 §2.1, RFC 3892 §3, RFC 8496 §4
 */
const ofOneValue: ReadonlySet<string> = new Set(['Reply-To', 'Refer-To', 'Referred-By', 'P-Charge-Info']);

/**
 * What becomes of a field of which each value is looked at. The values that stay are one line: a field each, written one after the other, would take
 * the square of their number, and could be more than a message may have.
 * @param message - as received
 * @param name - of the field, as it is usually spelt
 * @param change - gives what becomes of a value; undefined where it goes
 * @returns undefined where the field stays as it came, or is not there
 */
export function changedField(
  message: SipMessage,
  name: string,
  change: (value: string) => string | undefined,
): FieldChange | undefined {
  if (!message.has(name)) return undefined;
  const values = message.values(name);
  const kept: string[] = [];
  let isChanged = false;
  for (const value of values) {
    const changed = change(value);
    isChanged ||= changed !== value;
    if (changed !== undefined) kept.push(changed);
  }
  if (!isChanged) return undefined;
  return [name, ofOneValue.has(name) ? kept[0] : oneLine(kept)];
}

/**
 * Several values as one line. It is no longer than they were, however they stood.
 * @param values - of a field that may have several
 * @returns undefined where there is none
 * @see RFC 3261 §7.3.1
 */
export function oneLine(values: readonly { toString(): string }[]): string | undefined {
  return values.length === 0 ? undefined : values.join(',');
}

/**
 * Writes what becomes of fields.
 * @param editor - of the message
 * @param changes - in order
 */
export function changeFields(editor: MessageEditor<SipMessage>, changes: readonly FieldChange[]): void {
  for (const [name, value] of changes) {
    if (value === undefined) editor.remove(name);
    else editor.set(name, value);
  }
}
