import type { InteropScenario } from '../scenario.ts';

/** Needs a program that nobody has. */
export const scenario: InteropScenario = {
  name: 'absent',
  needs: [{ program: 'entente-no-such-program', package: 'no-such-package' }],
  run: async () => [{ name: 'ran', ok: true, detail: 'it must not' }],
};
