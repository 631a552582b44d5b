import { type ContainerPositions, type Cursor, YamlError } from './cursor.ts';

/** Adds a field to a mapping; a second one of the same name is refused, for nobody could tell which counts. */
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
    throw cursor.syntax('Expected a field name, found __proto__.', 'Remove this field.', keyAt);
  }
  if (Object.hasOwn(members, key)) {
    throw new YamlError(
      'duplicate-field',
      keyAt,
      `Expected each field once, found ${JSON.stringify(key)} again.`,
      'Remove one of the two.',
    );
  }
  members[key] = value;
  positions.keys.push(key);
  positions.starts.push(keyAt);
  positions.values.push(valueAt);
}
