import { expect, it } from 'vitest';
import { repeatWhileInvalid } from './repeat-while-invalid.ts';

const outcomes = (...reasons: readonly string[][]) => {
  const left = [...reasons];
  return async () => ({ results: [], invalid: left.shift() ?? ['asked once too often'] });
};
const silent = () => {};

it('measures again what was invalid, three times at most, and the last one counts', async () => {
  expect((await repeatWhileInvalid(outcomes([]), silent)).invalid).toEqual([]);
  expect((await repeatWhileInvalid(outcomes(['a'], ['b'], []), silent)).invalid).toEqual([]);
  expect((await repeatWhileInvalid(outcomes(['a'], ['b'], ['c'], []), silent)).invalid).toEqual(['c']);
});

it('measures again what was disturbed', async () => {
  const left = [['a'], []];
  const measure = async () => ({ results: [], invalid: [], disturbed: left.shift() ?? ['once too often'] });
  expect((await repeatWhileInvalid(measure, silent)).disturbed).toEqual([]);
});

it('does not measure again where nothing is left to be measured', async () => {
  const ended = () => false;
  expect((await repeatWhileInvalid(outcomes(['a'], []), silent, ended)).invalid).toEqual(['a']);
});
