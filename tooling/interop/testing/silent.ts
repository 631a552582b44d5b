import type { InteropScenario } from '../scenario.ts';

/** Waits for something that never comes. */
export const scenario: InteropScenario = {
  name: 'silent',
  needs: [],
  timeoutMs: 20,
  run: ({ signal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
};
