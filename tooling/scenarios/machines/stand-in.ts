/**
 * Programs that need a machine which was booted, and a network in which it is known: systemd is the first process of a machine and not of a
 * namespace, and no SSH server runs here. The guide has their real commands; on the machines of its run, these programs in their place hand
 * them to `answerStandIns`, which says what becomes of them.
 */
export const standInNames = ['systemctl', 'journalctl', 'scp'] as const;

/** A program that a stand-in was called as. */
export type StandInName = (typeof standInNames)[number];

/** What a stand-in hands on. */
export interface StandInCall {
  readonly program: StandInName;
  readonly args: readonly string[];
  /** The folder in which it was called. */
  readonly cwd: string;
}

/** What it then does. */
export interface StandInAnswer {
  readonly status: number;
  readonly output: string;
}

/**
 * The text of a stand-in.
 *
 * @param program - its name
 * @param socket - where it is answered
 */
export function standIn(program: StandInName, socket: string): string {
  return `#!/usr/bin/env node
const connection = require('node:net').connect(${JSON.stringify(socket)});
let answer = '';
connection.write(JSON.stringify({ program: '${program}', args: process.argv.slice(2), cwd: process.cwd() }) + '\\n');
connection.setEncoding('utf8').on('data', (text) => { answer += text; }).on('end', () => {
  const { output, status } = JSON.parse(answer);
  (status === 0 ? process.stdout : process.stderr).write(output);
  process.exitCode = status;
});
`;
}
