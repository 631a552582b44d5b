import { describe, expect, it } from 'vitest';
import { StepLog } from './step-log.ts';

describe('the steps of a scenario', () => {
  it('are reported in order, with the evidence or the fault', async () => {
    const lines: string[] = [];
    const steps = new StepLog({ log: (line) => void lines.push(line), signal: new AbortController().signal });
    expect(await steps.step('one', async () => 'done')).toBe(true);
    expect(await steps.step('two', () => Promise.reject(new Error('why')))).toBe(false);
    expect(steps.steps).toEqual([
      { name: 'one', ok: true, detail: 'done' },
      { name: 'two', ok: false, detail: 'why' },
    ]);
    expect(lines).toEqual(['✓ one: done', '✗ two: why']);
  });

  it('do not go on once the scenario was aborted', async () => {
    const controller = new AbortController();
    const steps = new StepLog({ log: () => {}, signal: controller.signal });
    controller.abort(new Error('over its time'));
    await expect(steps.step('one', async () => 'done')).rejects.toThrow('over its time');
    expect(steps.steps).toEqual([]);
  });
});
