import { endStandardOutput, leftOfStandardOutput } from '../standard-output.ts';
import { EndGuard } from './end-guard.ts';

/** Milliseconds until a guard ends the process that is told at once to do so. */
const patienceMs = 1_000;

/**
 * Ends this process, after its last lines.
 * @param status - of its exit
 * @param isHeld - whether something holds up the process, so that it cannot end itself
 * @param guard - ends it then; where it has none yet, one is made
 */
export async function endProcess(
  status: number,
  isHeld: boolean,
  guard: EndGuard | undefined,
): Promise<never> {
  await endStandardOutput();
  if (isHeld) return (guard ?? new EndGuard(patienceMs, {})).end(leftOfStandardOutput());
  process.exit(status);
}
