import { describe, expect, it } from 'vitest';
import { demoOptions } from './options.ts';

describe('what the demo is asked for', () => {
  it.each([
    [[], true],
    [['--chapter', '1'], false],
    [['--chapter', '2'], false],
    [['--chapter', '3'], false],
    [['--chapter', '4'], true],
    [['--only', 'contoso'], false],
    [['--only', 'contoso', '--chapter', '2'], false],
  ])('%j starts a second organisation only where a chapter that is shown needs it', (args, hasPartner) => {
    expect(demoOptions(args)).toMatchObject({ hasPartner });
  });

  it('has no last chapter with one organisation', () => {
    expect(() => demoOptions(['--only', 'contoso', '--chapter', '4'])).toThrow('from 1 to 3');
  });
});
