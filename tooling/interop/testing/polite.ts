import type { InteropScenario } from '../scenario.ts';

export const scenario: InteropScenario = {
  name: 'polite',
  run: async () => [{ name: 'says hello', ok: true, detail: '200 OK' }],
};
