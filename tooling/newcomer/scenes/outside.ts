import { pathToFileURL } from 'node:url';
import type { Newcomer } from '../place/newcomer.ts';

/**
 * The environment in which names of examples lead to this machine.
 *
 * @param newcomer - whose programs
 * @param places - addresses by name, ports by name and port: see `outside.mjs`
 */
export function leadingHere(
  newcomer: Newcomer,
  places: Readonly<Record<string, string | number>> = {},
): Readonly<Record<string, string>> {
  return {
    NODE_OPTIONS: `--import=${pathToFileURL(newcomer.outside).href}`,
    ENTENTE_NEWCOMER_OUTSIDE: JSON.stringify(places),
  };
}
