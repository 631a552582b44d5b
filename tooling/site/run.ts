import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../runner/command.ts';
import { readCommandLine, UsageFault } from '../runner/command-line.ts';
import type { Outcome, Output } from '../runner/main.ts';
import { deadLinks } from './dead-links.ts';
import { writePages } from './write-pages.ts';

const usage = `pnpm docs:build | pnpm docs:dev [--json]

docs:build writes the pages that are not in the repository (what each entry point exports, and the READMEs), builds the site into
docs/.vitepress/dist, and fails where a link of it leads nowhere. docs:dev writes them and shows the site, until it is ended.
Neither takes anything else.`;

/**
 * The runner of the site.
 *
 * @throws UsageFault for anything but `build` and `pages`
 */
export async function runSite(argv: readonly string[], { log }: Output): Promise<Outcome> {
  const { help, names } = readCommandLine(argv);
  if (help) {
    log(usage);
    return { report: { ok: true, usage }, ok: true };
  }
  const [step, ...more] = names;
  if ((step !== 'build' && step !== 'pages') || more.length > 0)
    throw new UsageFault(`expected build or pages, found "${names.join(' ')}"`);
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const started = performance.now();
  const pages = (await writePages(root)).size;
  log(`✓ ${pages} pages written (${Math.round((performance.now() - started) / 100) / 10} s)`);
  if (step === 'pages') return { report: { ok: true, pages }, ok: true };
  const vitepress = join(root, 'node_modules/vitepress/bin/vitepress.js');
  const { status, stderr, stdout } = await runCommand(process.execPath, [vitepress, 'build', 'docs'], {
    cwd: root,
  });
  log((stdout + stderr).trim());
  if (status !== 0) return { report: { ok: false, pages }, ok: false };
  const dead = deadLinks(join(root, 'docs/.vitepress/dist'));
  for (const { href, page, why } of dead) log(`✗ ${page}: ${href} leads to no ${why}`);
  if (dead.length === 0) log('✓ every link of the site leads somewhere');
  return { report: { ok: dead.length === 0, pages, dead }, ok: dead.length === 0 };
}
