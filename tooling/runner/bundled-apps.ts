import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { bundleThreads } from './bundle-program.ts';

/** What the test network reads, see `runnable` of the testkit. */
const variable = 'ENTENTE_BUNDLED_APPS';
const cache = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));

/**
 * A folder in which each program that this process, or one that it starts, runs from source is bundled once, when it is started first. It is
 * inside the repository, so that what a program loads by name while it runs is found from there, and goes with this process.
 */
export function keepBundledApps(): string {
  const kept = process.env[variable];
  if (kept !== undefined) return kept;
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'apps-'));
  process.env[variable] = folder;
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Global setup of the tests. What runs again after a change is bundled again. */
export default async function bundledApps(project: TestProject): Promise<void> {
  const folder = keepBundledApps();
  project.onTestsRerun(async () => {
    rmSync(folder, { recursive: true, force: true });
    await bundleThreads(folder);
  });
  await bundleThreads(folder);
}
