import { describe, expect, it } from 'vitest';
import { readCommand } from './command.ts';

describe('a line that is not a command', () => {
  it.each([
    ['{"id":1,"do":"mesage"}', '"do" must be one of register, message, call, hang-up'],
    ['{"id":1}', '"do" must be one of register, message, call, hang-up'],
    ['{"id":1,"do":"message","to":"sip:bob@contoso.example"}', 'the field "text" is missing or not valid'],
    ['{"id":1,"do":"hang-up","now":true}', 'the field "now" is not known'],
    ['[]', 'the line must be a JSON object'],
    ['hello', 'the line is not JSON'],
  ])('%s is refused in one plain sentence', (line, message) => {
    expect(readCommand(line)).toEqual({ ok: false, message });
  });
});
