import type { InteropScenario } from '../scenario.ts';

/** Did nothing, and must not pass for it. */
export const scenario: InteropScenario = { name: 'stepless', needs: [], run: async () => [] };
