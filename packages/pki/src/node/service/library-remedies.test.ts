import { expect, it } from 'vitest';
import { libraryRemedy } from './library-remedies.ts';

it('a remedy for a program names no command of a network, and stays where it names none', () => {
  const command = 'let the root sign its next list: entente ca root request';
  for (const reason of ['authority-ended', 'root-ended', 'certificate-not-trusted', 'clock-untrusted']) {
    expect(libraryRemedy(reason, command)).toContain('set the clock of this machine');
  }
  expect(libraryRemedy('another', command)).toBe(
    'open the authority again; where the same comes again, restore the folder from a copy',
  );
  expect(libraryRemedy('name-not-allowed', 'use a name within these limits')).toBe(
    'use a name within these limits',
  );
});
