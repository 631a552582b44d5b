import type { Command } from 'commander';

/**
 * Adds the options that say which authority is meant, and who orders.
 * @param command the verb
 * @param example one call of it, without these options
 */
export function administratorCommand(command: Command, example: string): Command {
  return command
    .option('--as <file>', 'you and your authority, e.g. ca/administrators/alice.yaml, as ca init wrote it')
    .option(
      '--authority <url>',
      'instead of --as: how members reach it, e.g. https://ca.contoso.example:8443',
    )
    .option(
      '--address <ip>',
      'address of the authority where DNS does not know it, or <name>=<ip> for another host; repeatable',
      (value: string, before: readonly string[]) => [...before, value],
      [],
    )
    .option('--anchors <path>', 'root that the authority is believed by, e.g. ca/root_ca.crt')
    .option('--certificate <file>', 'your client certificate, e.g. ca/administrators/alice.crt')
    .option('--key <file>', 'its private key, e.g. ca/administrators/alice.key')
    .option('--json', 'one JSON object on the last line')
    .addHelpText(
      'after',
      `\nExample:\n  ${example} --as ca/administrators/alice.yaml\n\nThe same without a file:\n  ${example} \\\n    --authority https://ca.contoso.example:8443 --address 127.0.0.1 --anchors ca/root_ca.crt \\\n    --certificate ca/administrators/alice.crt --key ca/administrators/alice.key`,
    );
}
