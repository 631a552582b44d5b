import { expect, it } from 'vitest';
import { Terminal } from './guide-terminal.ts';

it('gives all that a block has printed, in its order, wherever it printed it and however it was cut', async () => {
  await using terminal = new Terminal();
  const printed = await terminal.run('for i in {1..5000}; do echo "✓ $i"; echo "✗ $i" >&2; done');
  expect(printed.split('\n').slice(0, -1)).toEqual(
    Array.from({ length: 5_000 }, (_, i) => [`✓ ${i + 1}`, `✗ ${i + 1}`]).flat(),
  );
  expect(await terminal.run('true')).toBe('');
});
