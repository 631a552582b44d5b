import type { Problem } from './problem.ts';
import type { SourceFile } from './source/source-file.ts';

/**
 * Tests wait with `expect.poll`, and hooks with `until` of the testkit. `vi.waitFor` and `vi.waitUntil` give up after a second unless they are
 * told otherwise, and move the clock of the test as they look: what they find depends on how slow the machine is.
 *
 * @param sources - every file of the repository
 */
export function checkTestWaits(sources: readonly Pick<SourceFile, 'path' | 'text'>[]): Problem[] {
  return sources
    .filter(({ text }) => text.includes("from 'vitest'"))
    .flatMap(({ path: file, text }) =>
      [...new Set(text.match(/\bvi\.wait(?:For|Until)(?=\()/g))].map((call) => ({
        file,
        message: `calls ${call}, whose result depends on how slow the machine is: wait with expect.poll, in a hook with until of the testkit`,
      })),
    );
}
