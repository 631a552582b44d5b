import type { Port } from '../plugin/index.ts';

/** A port that a server uses. */
export interface AcceptedPort extends Port<unknown> {
  /** `own` where what plugins provide for it runs in a process of its own; else it runs in that of the server. */
  readonly process?: 'own';
  /** Characters that an answer may have as JSON. Default 65,536. */
  readonly maxAnswer?: number;
  /** Methods of an implementation that take a listener: what they tell comes with `on` of {@link PluginCalls}. */
  readonly events?: readonly string[];
  /** Codes of errors by which an implementation says that it cannot do something now, or must not: they do not count as failures of the plugin. */
  readonly faults?: readonly string[];
}
