import { type Answer, give } from '../topology/answer.ts';
import { type AdministratorOptions, accessOf } from './administrator-access.ts';
import { connectAuthority } from './connect-authority.ts';

/** An order to the authority. */
export interface Order {
  readonly path: string;
  readonly mediaType: string;
  readonly body: string;
}

/**
 * Gives an order to the authority and says what came of it. A refusal is an answer: exit status 1.
 * @param order what is sent
 * @param options connection, as the command line gave it
 * @param describe what was done, from the authority's answer
 */
export async function giveOrder(
  { path, mediaType, body }: Order,
  options: AdministratorOptions,
  describe: (answer: Readonly<Record<string, unknown>>) => Answer | Promise<Answer>,
): Promise<void> {
  await using connection = await connectAuthority(await accessOf(options));
  const outcome = await connection.order(path, mediaType, body);
  if (outcome.ok) {
    give(await describe(outcome.answer), options.json);
    return;
  }
  const { reason, message, remedy } = outcome.refusal;
  give(
    {
      json: { refusal: outcome.refusal },
      lines: [`the authority refused: ${reason}: ${message}`],
      next: [remedy],
      failed: true,
    },
    options.json,
  );
}
