import { type Answer, give } from '../topology/answer.ts';
import { type AdministratorOptions, accessOf } from './administrator-access.ts';
import { connectAuthority, type Refusal } from './connect-authority.ts';

/** A command to the authority. */
export interface AuthorityCommand {
  readonly path: string;
  readonly mediaType: string;
  readonly body: string;
}

/**
 * Sends a command to the authority and prints the result. A refusal is a result: exit status 1.
 * @param command - what is sent
 * @param options - connection, as the command line gave it
 * @param describe - what was done, from the authority's answer
 */
export async function sendCommand(
  { path, mediaType, body }: AuthorityCommand,
  options: AdministratorOptions,
  describe: (answer: Readonly<Record<string, unknown>>) => Answer | Promise<Answer>,
): Promise<void> {
  await using connection = await connectAuthority(await accessOf(options));
  const outcome = await connection.send(path, mediaType, body);
  if (outcome.ok) {
    give(await describe(outcome.answer), options.json);
    return;
  }
  giveRefusal(outcome.refusal, options.json);
}

/**
 * Prints a refusal of the authority; exit status 1.
 * @param refusal - as the authority gave it
 * @param next - what to do before its own remedy
 */
export function giveRefusal(
  refusal: Refusal,
  asJson: boolean | undefined,
  next: readonly string[] = [],
): void {
  const { reason, message, remedy } = refusal;
  const lines = [`the authority refused: ${reason}: ${message}`];
  give({ json: { refusal }, lines, next: [...next, remedy], failed: true }, asJson);
}
