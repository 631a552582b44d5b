import type { Problem } from './problem.ts';
import type { SourceFile } from './source/source-file.ts';

const needed = ['vi.doUnmock', 'vi.resetModules'];

/**
 * Files of tests share a process: one that replaces a module has what it tests loaded again, and gives the module back to the files after it.
 * Otherwise it depends on the order of the files what each of them gets.
 *
 * @param sources - every file of the repository
 */
export function checkReplacedModules(sources: readonly Pick<SourceFile, 'path' | 'text'>[]): Problem[] {
  return sources
    .filter(({ path, text }) => path.endsWith('.test.ts') && text.includes('\nvi.mock('))
    .flatMap(({ path: file, text }) =>
      needed
        .filter((call) => !text.includes(call))
        .map((call) => ({ file, message: `replaces a module, and does not call ${call}` })),
    );
}
