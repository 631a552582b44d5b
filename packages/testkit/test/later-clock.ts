import { spawnSync } from 'node:child_process';

// libfaketime: every program is given another time, openssl inside Node included, which Node's own clock does not reach.
const { status, stdout } = spawnSync('faketime', ['-m', '-f', '+0', 'printenv', 'LD_PRELOAD'], {
  encoding: 'utf8',
});
const library = status === 0 ? stdout.trim() : undefined;

/** Why a test that sets the clock of other programs ahead is skipped here; undefined where it runs. */
export const noLaterClock = library === undefined ? 'faketime is not installed' : undefined;

/**
 * A line for a shell, after which the programs that it starts live later.
 * @param hours - how far ahead of this machine
 */
export function clockAhead(hours: number): string {
  // Timers go on by the monotonic clock, and files keep the times that they have.
  return `export LD_PRELOAD='${library}' FAKETIME=+${hours}h FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1`;
}
