import { type ContainerPositions, type Cursor, YamlError } from './cursor.ts';

/** Adds a field to a mapping. A second one of the same name is refused, because readers differ in which one counts. */
export function putMember(
  cursor: Cursor,
  members: Record<string, unknown>,
  positions: ContainerPositions,
  key: string,
  keyAt: number,
  value: unknown,
  valueAt: number,
): void {
  if (key === '__proto__') {
    throw cursor.syntax('A field cannot be named __proto__.', 'Remove this field.', keyAt);
  }
  if (Object.hasOwn(members, key)) {
    throw new YamlError(
      'duplicate-field',
      keyAt,
      `The field ${JSON.stringify(key)} is given twice.`,
      'Remove one of the two.',
    );
  }
  members[key] = value;
  positions.keys.push(key);
  positions.starts.push(keyAt);
  positions.values.push(valueAt);
}
