import type { Command } from 'commander';
import { counted, give, table } from '../topology/answer.ts';
import { maxTraceLines, readDialog, type TraceLine } from '../trace/read-dialog.ts';

/**
 * Adds `entente trace`: one dialog over all servers.
 * @param program - the command line
 */
export function register(program: Command): void {
  program
    .command('trace')
    .summary('show one dialog over all servers, from their logs')
    .description(
      'Reads the logs of servers and prints the lines of one dialog in order of time: what was refused, and why, and each request with its answer where the servers log at level debug. The clocks of the servers must agree. Exit status 1: no line has the Call-ID.',
    )
    .argument('<call-id>', 'Call-ID of the dialog, as a log line or a client shows it')
    .argument('<log...>', 'files with the lines that servers wrote to standard output; - for standard input')
    .option('--json', 'one JSON object on the last line')
    .addHelpText(
      'after',
      '\nExample:\n  entente trace a84b4c76e66710 fe1.log fe2.log edge1.log\n  journalctl -u entente-pool-server -o cat | entente trace a84b4c76e66710 - edge1.log',
    )
    .action(async (callId: string, files: readonly string[], { json }: { readonly json?: boolean }) => {
      const { isCut, lines } = await readDialog(callId, files);
      give(
        {
          json: { callId, lines: lines.map(({ fields }) => fields), cut: isCut },
          lines:
            lines.length === 0
              ? [`no line has this Call-ID, of ${counted(files.length, 'file')}`]
              : [
                  ...table([['time', 'server', 'what', 'details'], ...lines.map(rowOf)]),
                  ...(isCut ? [`… there are more than ${maxTraceLines} lines`] : []),
                ],
          next:
            lines.length === 0
              ? [
                  'check the Call-ID, and that the logs of all servers on the way are given, for that time',
                  'set logLevel: debug in the configuration of the servers: each request then has a line',
                ]
              : [],
          failed: lines.length === 0,
        },
        json,
      );
    });
}

function rowOf({ at, fields, source }: TraceLine): readonly string[] {
  const { event, method, msg, peer, reason, server } = fields;
  const what = [event === 'transaction' ? undefined : event, reason ?? method].filter(
    (part) => part !== undefined,
  );
  const other = peer ?? server;
  const details = [msg, ...(other === undefined ? [] : [`(${String(other)})`])];
  return [new Date(at).toISOString(), source, what.join(' '), details.join(' ')];
}
