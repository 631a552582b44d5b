import { basename } from 'node:path';
import { drawerNames, longFileLines, maxAppLines, maxFileLines, maxLongFilesPercent } from './house.ts';
import type { Problem } from './problem.ts';
import { readSources, type SourceFile } from './source/source-file.ts';

/**
 * Files stay readable at a sitting (few are long, none is too long), apps stay thin, and no file is a drawer.
 *
 * @param root - Absolute path of the repository.
 * @param sources - What was read of it, where it was read already.
 * @param log - Told how many files are long.
 */
export function checkSizes(
  root: string,
  sources = readSources(root),
  log: (line: string) => void = () => undefined,
): Problem[] {
  const problems = checkLongFiles(sources, log);
  const apps = new Map<string, number>();
  for (const file of sources) {
    const lines = countLines(file);
    if (lines > maxFileLines) {
      problems.push({
        file: file.path,
        message: `has ${lines} lines, more than ${maxFileLines}; split it by concept`,
      });
    }
    const words = basename(file.path).split('.')[0]?.split('-') ?? [];
    const drawer = words.find((word) => drawerNames.includes(word.toLowerCase()));
    if (drawer !== undefined) {
      problems.push({
        file: file.path,
        message: `is called "${drawer}", which names no concept; say what it holds`,
      });
    }
    if (file.home.startsWith('apps/') && !file.test && file.path.startsWith(`${file.home}/src/`)) {
      apps.set(file.home, (apps.get(file.home) ?? 0) + lines);
    }
  }
  for (const [app, lines] of apps) {
    if (lines < maxAppLines) continue;
    const message = `has ${lines} lines of source; an app stays under ${maxAppLines}, what two need lives in a package`;
    problems.push({ file: app, message });
  }
  return problems;
}

/** The share counts all files together, tests and tooling too: a small package may have one long file. */
function checkLongFiles(sources: readonly SourceFile[], log: (line: string) => void): Problem[] {
  const long = sources.filter((file) => countLines(file) > longFileLines);
  const percent = sources.length === 0 ? 0 : (100 * long.length) / sources.length;
  const count = `${long.length} of ${sources.length} files have more than ${longFileLines} lines`;
  log(`  ${count} (${percent.toFixed(1)} %; at most ${maxLongFilesPercent} %)`);
  if (percent <= maxLongFilesPercent) return [];
  const rule = `${count}, more than ${maxLongFilesPercent} %; split by concept`;
  return long.map((file) => ({ file: file.path, message: `is long (${countLines(file)} lines): ${rule}` }));
}

function countLines(file: SourceFile): number {
  const newlines = file.text.split('\n').length;
  return file.text.endsWith('\n') ? newlines - 1 : newlines;
}
