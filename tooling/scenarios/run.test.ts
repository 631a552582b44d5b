import { expect, it } from 'vitest';
import { runScenarios } from './run.ts';

it('names the scenarios that there are where one is asked for that is not', async () => {
  const asked = runScenarios(['nonsense'], { log: () => {} });
  await expect(asked).rejects.toThrow(/there is no "nonsense" here; there is: accounts, .*web-services/);
});
