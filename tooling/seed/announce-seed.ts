import type { TestProject } from 'vitest/node';

/** Global setup of the tests: says with which seed they run, at the start and at the end. */
export default function announceSeed(project: TestProject): () => void {
  const line = `random tests run with ENTENTE_SEED=${project.config.env.ENTENTE_SEED}\n`;
  process.stderr.write(line);
  return () => void process.stderr.write(line);
}
