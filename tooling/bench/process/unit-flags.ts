import { readFileSync } from 'node:fs';

/**
 * What the unit of a server has Node told: benchmarks run servers as they are meant to be run.
 *
 * @param app - e.g. `pool-server`
 */
export function unitFlags(app: string): readonly string[] {
  const unit = new URL(`../../../examples/systemd/entente-${app}.service`, import.meta.url);
  return flagsIn(readFileSync(unit, 'utf8'));
}

/**
 * @param unit - the text of a unit
 * @throws Error where it starts nothing with Node
 */
export function flagsIn(unit: string): readonly string[] {
  const [, flags] = /^ExecStart=\S+ node((?: --\S+)*) \//m.exec(unit) ?? [];
  if (flags === undefined) throw new Error('expected ExecStart with node and its flags');
  return flags.split(' ').slice(1);
}
