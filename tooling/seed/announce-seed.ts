import type { TestProject } from 'vitest/node';

/** Global setup of the tests: says with which seed they run, at the start and at the end, once for all projects. */
export default function announceSeed(project: TestProject): (() => void) | undefined {
  if (project.name !== project.vitest.projects[0]?.name) return undefined;
  const line = `random tests run with ENTENTE_SEED=${project.config.env.ENTENTE_SEED}\n`;
  process.stderr.write(line);
  return () => void process.stderr.write(line);
}
