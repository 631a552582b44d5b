import type { Command } from 'commander';

/** Options of every verb that gives an order to the authority. */
export interface AdministratorOptions {
  readonly authority: string;
  readonly address: readonly string[];
  readonly anchors: string;
  readonly certificate: string;
  readonly key: string;
  readonly json?: boolean;
}

/**
 * Adds the options that say which authority is meant, and who orders.
 * @param command the verb
 * @param example one call of it, without these options
 */
export function administratorCommand(command: Command, example: string): Command {
  return command
    .requiredOption('--authority <url>', 'how members reach it, e.g. https://ca.contoso.example:8443')
    .option(
      '--address <ip>',
      'address of the authority where DNS does not know it, or <name>=<ip> for another host; repeatable',
      (value: string, before: readonly string[]) => [...before, value],
      [],
    )
    .requiredOption('--anchors <path>', 'root that the authority is believed by, e.g. ca/root_ca.crt')
    .requiredOption(
      '--certificate <file>',
      'your client certificate, e.g. ca/administrators/alice.crt, as ca init made it',
    )
    .requiredOption('--key <file>', 'its private key, e.g. ca/administrators/alice.key')
    .option('--json', 'one JSON object on the last line')
    .addHelpText(
      'after',
      `\nExample:\n  ${example} \\\n    --authority https://ca.contoso.example:8443 --address 127.0.0.1 --anchors ca/root_ca.crt \\\n    --certificate ca/administrators/alice.crt --key ca/administrators/alice.key`,
    );
}
