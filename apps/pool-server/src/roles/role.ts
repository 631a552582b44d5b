import type { Logger, Metric, Plugins, ServerProblem } from '@entente/host';
import type { Member } from '@entente/member';
import type { OpenUsers } from '@entente/sip-relay/users';
import type { PoolServerConfig } from '../config.ts';

/** Settings that only some roles use. Every role uses all others. */
export type RoleSetting = 'accounts' | 'locations' | 'users';

/** What the service of a role is made of. */
export interface RoleParts {
  readonly config: PoolServerConfig;
  /** The file that paths of the configuration are relative to. */
  readonly configFile: string;
  readonly logger: Logger;
  /** Who this server is; it has joined. */
  readonly member: Member;
  /** Those of the configuration: each provides something that this role uses. */
  readonly plugins: Plugins;
  /**
   * Opens the users that the configuration names; call it once. They are closed after the role.
   * @throws as `UserSource.open`
   */
  openUsers(): Promise<OpenUsers>;
}

/** The service of a role while it runs. Dispose of it before the member. */
export interface RunningRole extends AsyncDisposable {
  /** Where other servers of the domain reach it. */
  readonly port: number;
  /** What it counts; `docs/reference/metrics.md` lists them. */
  readonly metrics: readonly Metric[];
  /** What is wrong with what it needs beside the domain. */
  problems?(): readonly ServerProblem[];
  /**
   * Accepts no more connections, and closes those that are open by and by, each when nothing is under way on it.
   * @param withinMs - milliseconds, 0 or more
   * @returns true when none is open any more, false when the time was over before
   */
  drain(withinMs: number): Promise<boolean>;
}

/** How this program serves a role of the topology. */
export interface ServedRole {
  /** Of the settings that not every role uses, those that this one does: the others are refused. */
  readonly settings: readonly RoleSetting[];
  /** Names of the ports for which it uses plugins, beside `exporter`, which every role does: a plugin for another one is refused. */
  readonly ports: readonly string[];
  /**
   * Starts the service.
   * @param parts - configuration, member, users
   * @throws faults with code, place and remedy; nothing is left open then
   */
  serve(parts: RoleParts): Promise<RunningRole>;
}
