import type { ReadAccount } from '@entente/accounts/import';
import { OperatorFault } from '@entente/host';
import type { AuthorityConnection, Refusal } from '../authority/connect-authority.ts';
import { counted } from '../topology/answer.ts';

/** Accounts of one order; the authority takes no more. */
const perOrder = 500;
/** Orders that are under way at once: they share flushes of the authority's disk. */
const atOnce = 4;

/** A line whose account was refused. */
export interface RefusedAccount {
  readonly line: number;
  readonly reason: string;
  readonly message: string;
  readonly remedy: string;
}

/** What became of the accounts of a file. */
export interface SentAccounts {
  readonly added: number;
  readonly replaced: number;
  readonly unchanged: number;
  readonly refused: readonly RefusedAccount[];
  /** Those that were taken, and of which something is to be known. */
  readonly warned: readonly RefusedAccount[];
  /** Why not all of them were sent. */
  readonly stopped?: Refusal;
}

/**
 * Sends the accounts of a file to the authority.
 * @param connection - of an administrator
 * @param accounts - that were read
 * @param existing - what becomes of an account that the authority has
 * @param onProgress - told how many the authority has answered for
 * @throws what the connection failed of, with how many the authority has answered for by then: nothing further is sent
 */
export async function sendAccounts(
  connection: Pick<AuthorityConnection, 'send'>,
  accounts: readonly ReadAccount[],
  existing: 'refuse' | 'replace',
  onProgress: (done: number) => void,
): Promise<SentAccounts> {
  const orders = inOrders(accounts);
  const counts = { added: 0, replaced: 0, unchanged: 0 };
  let refused: RefusedAccount[] = [];
  const warned: RefusedAccount[] = [];
  let stopped: Refusal | undefined;
  let broken: { readonly error: unknown } | undefined;
  let done = 0;
  const send = async (order: readonly ReadAccount[]): Promise<void> => {
    const body = JSON.stringify({ accounts: order.map(({ account }) => account), existing });
    const outcome = await connection.send('/accounts', 'application/json', body);
    if (!outcome.ok) {
      const [only] = order.length === 1 ? order : [];
      if (only === undefined || outcome.refusal.reason === 'throttled') stopped ??= outcome.refusal;
      else refused.push({ line: only.line, ...outcome.refusal });
    } else {
      for (const name of ['added', 'replaced', 'unchanged'] as const)
        counts[name] += Number(outcome.answer[name] ?? 0);
      refused.push(...refusedOf(outcome.answer.refused, order));
      warned.push(...refusedOf(outcome.answer.warned ?? [], order));
    }
    done += order.length;
    onProgress(done);
  };
  const work = async (): Promise<void> => {
    while (stopped === undefined && broken === undefined) {
      const order = orders.shift();
      if (order === undefined) return;
      await send(order).catch((error: unknown) => {
        broken ??= { error };
      });
    }
  };
  const sendAll = async (workers: number): Promise<void> => {
    // What is under way is waited for: it counts too.
    await Promise.all(Array.from({ length: workers }, work));
    if (broken !== undefined) throw cutShort(broken.error, done, accounts.length);
  };
  await sendAll(atOnce);
  // The user who had it before may have come later in the file, or gets the number of the other one.
  const taken = new Set(refused.filter(({ reason }) => reason === 'number-taken').map(({ line }) => line));
  if (existing === 'replace' && (counts.added + counts.replaced > 0 || taken.size > 1)) {
    refused = refused.filter(({ line }) => !taken.has(line));
    done -= taken.size;
    orders.push(...inOrders(accounts.filter(({ line }) => taken.has(line))));
    await sendAll(1);
  }
  refused.sort((one, other) => one.line - other.line);
  warned.sort((one, other) => one.line - other.line);
  return { ...counts, refused, warned, ...(stopped === undefined ? {} : { stopped }) };
}

/** An order that is sent twice changes nothing: nobody has to look what was done before it is sent again. */
function cutShort(error: unknown, done: number, total: number): unknown {
  if (!(error instanceof OperatorFault)) return error;
  const { code, place, remedy, sentence } = error;
  const first = code === 'ENTENTE_AUTHORITY_UNANSWERED' ? 'see that the authority runs' : remedy;
  return new OperatorFault(code, {
    sentence: `${sentence}; before that, the authority answered for ${done} of ${counted(total, 'user')}`,
    place,
    remedy: `${first}, then run the same command again: it goes on with those that are missing`,
    cause: error,
  });
}

function inOrders(accounts: readonly ReadAccount[]): (readonly ReadAccount[])[] {
  const orders: (readonly ReadAccount[])[] = [];
  for (let start = 0; start < accounts.length; start += perOrder)
    orders.push(accounts.slice(start, start + perOrder));
  return orders;
}

function refusedOf(value: unknown, order: readonly ReadAccount[]): RefusedAccount[] {
  if (!Array.isArray(value)) return [];
  return (value as Partial<Record<'index' | 'reason' | 'message' | 'remedy', unknown>>[]).map((one) => ({
    line: order[Number(one.index)]?.line ?? 0,
    reason: String(one.reason),
    message: String(one.message),
    remedy: String(one.remedy),
  }));
}
