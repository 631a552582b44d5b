import type { InteropScenario } from '../scenario.ts';

export const scenario: InteropScenario = {
  name: 'polite',
  needs: [],
  run: async () => [{ name: 'says hello', ok: true, detail: '200 OK' }],
};
