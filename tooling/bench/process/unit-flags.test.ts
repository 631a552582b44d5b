import { describe, expect, it } from 'vitest';
import { flagsIn, unitFlags } from './unit-flags.ts';

describe('the flags of a server', () => {
  it('are those of its unit, and none of its own options', () => {
    const unit =
      '[Service]\nExecStartPre=/x --a\nExecStart=/usr/bin/env node --one=1 --two /usr/local/bin/x --config y\n';
    expect(flagsIn(unit)).toEqual(['--one=1', '--two']);
    expect(flagsIn('ExecStart=/usr/bin/env node /usr/local/bin/x --config y\n')).toEqual([]);
    expect(() => flagsIn('ExecStart=/usr/local/bin/x\n')).toThrow('expected ExecStart');
    expect(unitFlags('edge-server')).toEqual(unitFlags('pool-server'));
  });
});
