import { expect, it } from 'vitest';
import { takesColour } from './takes-colour.ts';

it('colours are for a terminal whose user has not said NO_COLOR', () => {
  expect(takesColour({ isTTY: true }, {})).toBe(true);
  expect(takesColour({ isTTY: true }, { NO_COLOR: '' })).toBe(true);
  expect(takesColour({ isTTY: true }, { NO_COLOR: '1' })).toBe(false);
  expect(takesColour({ isTTY: undefined }, { FORCE_COLOR: '1' })).toBe(false);
});
