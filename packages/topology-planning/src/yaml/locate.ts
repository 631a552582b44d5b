import type { Path } from '@entente/topology';
import type { YamlDocument } from './read-yaml.ts';

/** A place in a text, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/**
 * Finds the offset at which the value at a path stands; where the path leads nowhere, that of the nearest part that exists.
 * @param target - whether the field's name or its value is wanted
 */
export function offsetOf(document: YamlDocument, path: Path, target: 'name' | 'value' = 'name'): number {
  let value = document.value;
  let offset = 0;
  for (const [depth, step] of path.entries()) {
    const positions = typeof value === 'object' && value !== null ? document.positions.get(value) : undefined;
    if (positions === undefined) return offset;
    const index = Array.isArray(value) ? Number(step) : positions.keys.indexOf(String(step));
    const start = positions.starts[index];
    if (start === undefined) return offset;
    const last = depth === path.length - 1;
    offset = last && target === 'name' ? start : (positions.values[index] ?? start);
    value = (value as Record<string | number, unknown>)[step];
  }
  return offset;
}

/** Turns offsets of one text into lines and columns; the lines are found once. */
export function lineFinder(given: string): (offset: number) => Place {
  const text = given.includes('\r') ? given.replaceAll('\r\n', '\n') : given;
  let starts: number[] | undefined;
  return (offset) => {
    starts ??= lineStarts(text);
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - starts[low]! + 1 };
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
