import { escapeInvisible } from '@entente/trust';
import { describe, expect, it } from 'vitest';

describe('a line that a person reads', () => {
  it.each([
    ['a terminal command', '\u001b[2J', '\\u001b[2J'],
    ['one of a single character', '\u009b2J', '\\u009b2J'],
    ['a line end', 'a\nb\r', 'a\\u000ab\\u000d'],
    ['NUL and DEL', '\u0000\u007f', '\\u0000\\u007f'],
    ['an override of the direction', '\u202egro', '\\u202egro'],
    ['an isolate', '\u2066a\u2069', '\\u2066a\\u2069'],
    ['marks of direction', '\u200e\u200f\u061c', '\\u200e\\u200f\\u061c'],
    ['no width', 'a\u200bb\u200d\ufeff\u2060', 'a\\u200bb\\u200d\\ufeff\\u2060'],
    ['a soft hyphen', 'con\u00adtoso', 'con\\u00adtoso'],
    ['separators of lines', '\u2028\u2029', '\\u2028\\u2029'],
    ['fillers', '\u3164\u115f\uffa0', '\\u3164\\u115f\\uffa0'],
    ['a tag, which has two units', '\u{e0041}', '\\udb40\\udc41'],
    ['half of a pair', '\ud800x', '\\ud800x'],
  ])('shows %s escaped', (_, text, shown) => {
    expect(escapeInvisible(text)).toBe(shown);
    expect(JSON.parse(`"${shown}"`)).toBe(text);
  });

  it.each(['fe1.contoso.example → ca', 'Zoë 秋 Ω', '✓ ├─ 😀', 'a "b" \\c'])('leaves %s as it is', (text) => {
    expect(escapeInvisible(text)).toBe(text);
  });
});
