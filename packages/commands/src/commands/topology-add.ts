import type { Command } from 'commander';
import { register as administrator } from '../topology/add/add-administrator.ts';
import { register as partner } from '../topology/add/add-partner.ts';
import { register as place } from '../topology/add/add-place.ts';
import { register as server } from '../topology/add/add-server.ts';
import { topologyCommand } from '../topology/topology-command.ts';

/**
 * Adds `entente topology add`: one subcommand for each kind of entry.
 * @param program - the command line
 */
export function register(program: Command): void {
  const add = topologyCommand(program)
    .command('add')
    .summary('add a server, pool, domain, partner, anchor, administrator …')
    .description(
      'Adds an entry to the topology. An entry that fails a check is refused, and the file is not changed.',
    )
    .addHelpText(
      'after',
      '\nExample:\n  entente topology add server fe1.contoso.example --role front-end --pool pool1.contoso.example',
    );
  for (const kind of [server, place, partner, administrator]) kind(add);
}
