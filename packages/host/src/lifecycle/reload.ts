import type { Log } from '@entente/tls';
import { describeFault } from '../fault.ts';

/** What a server took over from its configuration. */
export interface Reloaded {
  /** Settings that have another value, and are in force. */
  readonly changed: readonly string[];
  /** Settings that have another value, and are in force after a restart only. */
  readonly needRestart: readonly string[];
}

/**
 * Compares two configurations, setting by setting.
 * @param before - in force
 * @param after - read again
 * @param reloadable - settings that the server takes over while it runs
 */
export function compareConfigs<C extends object>(
  before: C,
  after: C,
  reloadable: readonly (keyof C & string)[],
): Reloaded {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])] as (keyof C & string)[];
  const differing = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  return {
    changed: differing.filter((name) => reloadable.includes(name)),
    needRestart: differing.filter((name) => !reloadable.includes(name)),
  };
}

/**
 * Has a server read its configuration again, and logs what came of it. Where it cannot be read, everything stays as it was.
 * @param reload - of the server; undefined where it takes nothing over
 * @param log - has the line
 * @param configFile - for the fault
 */
export async function reloadServer(
  reload: (() => Promise<Reloaded>) | undefined,
  log: Log,
  configFile: string,
): Promise<void> {
  if (reload === undefined) {
    log.warn(
      { event: 'reload-failed', remedy: 'restart it' },
      'this server takes nothing over while it runs',
    );
    return;
  }
  try {
    const { changed, needRestart } = await reload();
    log[needRestart.length === 0 ? 'info' : 'warn'](
      { event: 'reloaded', changed, needRestart },
      needRestart.length === 0
        ? 'the configuration was read again, and is in force'
        : 'the configuration was read again; some of it is in force after a restart only',
    );
  } catch (err) {
    const fault = describeFault(err, configFile);
    if (fault === undefined) log.error({ event: 'fault', err }, 'the configuration could not be read again');
    else {
      const { code, place, remedy, sentence } = fault;
      log.error(
        { event: 'reload-failed', code, place, remedy },
        `nothing was changed: ${place}: ${sentence}`,
      );
    }
  }
}
