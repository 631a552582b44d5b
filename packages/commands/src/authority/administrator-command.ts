import { type Command, InvalidArgumentError } from 'commander';

/**
 * Adds the options that name the authority and the administrator.
 * @param command - the verb
 * @param example - one call of it, without these options
 */
export function administratorCommand(command: Command, example: string): Command {
  return command
    .option(
      '--as <file>',
      'your access file, written by ca init, e.g. ca/administrators/alice.yaml',
      (value: string, before: string | undefined) => {
        if (before === undefined) return value;
        throw new InvalidArgumentError(`The option was given before, with ${before}: give it once.`);
      },
    )
    .option(
      '--authority <url>',
      'instead of --as: URL of the authority, e.g. https://ca.contoso.example:8443',
    )
    .option(
      '--address <ip>',
      'IP address of the authority where DNS does not know it, or <name>=<ip> for another host; repeatable',
      (value: string, before: readonly string[]) => [...before, value],
      [],
    )
    .option('--anchors <path>', 'root certificate of the authority, e.g. ca/root_ca.crt')
    .option('--certificate <file>', 'your client certificate, e.g. ca/administrators/alice.crt')
    .option('--key <file>', 'its private key, e.g. ca/administrators/alice.key')
    .option('--json', 'one JSON object on the last line')
    .addHelpText(
      'after',
      `\nExample:\n  ${example} --as ca/administrators/alice.yaml\n\nThe same without a file:\n  ${example} \\\n    --authority https://ca.contoso.example:8443 --address 127.0.0.1 --anchors ca/root_ca.crt \\\n    --certificate ca/administrators/alice.crt --key ca/administrators/alice.key`,
    );
}
