import type { SipResponse } from '@entente/sip';
import { ApplicationFault } from './fault.ts';

/** What became of one request of many. */
export interface Receipt {
  /** Whom it was for. */
  readonly to: string;
  /** Final status; undefined where no answer came. */
  readonly status: number | undefined;
  /** Why no answer came. */
  readonly error?: unknown;
}

/** How many are asked at once, and who hears of each. */
export interface FanOutOptions {
  /** Requests under way at once, 1 to 1,024. Default 64. */
  readonly concurrency?: number;
  /** Hears of each as soon as it is known. Where it throws, no more is begun, and the fan-out fails with that once what is under way is finished. */
  readonly onReceipt?: (receipt: Receipt) => void;
  /** Begins no more; what is under way is finished. */
  readonly signal?: AbortSignal;
}

const defaultConcurrency = 64;
const maxConcurrency = 1_024;

/**
 * Sends one request to each of many, so many at a time.
 * @param targets - whom it is for; read as room becomes free, so there may be more than fit into memory
 * @param send - sends to one; what it throws is in the receipt
 * @param options - bound, and who hears of it
 * @returns a receipt for each that was begun, in the order of the answers
 * @throws ApplicationFault `ENTENTE_APPLICATION_BAD_ARGUMENT`; what `onReceipt` and the source of the targets throw
 */
export async function fanOut(
  targets: Iterable<string> | AsyncIterable<string>,
  send: (to: string) => Promise<SipResponse>,
  { concurrency = defaultConcurrency, onReceipt, signal }: FanOutOptions = {},
): Promise<readonly Receipt[]> {
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > maxConcurrency)
    throw new ApplicationFault('ENTENTE_APPLICATION_BAD_ARGUMENT', {
      sentence: `expected 1 to ${maxConcurrency} requests at once, found ${concurrency}`,
      place: 'concurrency of a fan-out',
      remedy: 'give a number in that range, or leave it out',
    });
  const receipts: Receipt[] = [];
  const iterator =
    Symbol.asyncIterator in targets ? targets[Symbol.asyncIterator]() : targets[Symbol.iterator]();
  let failure: { readonly error: unknown } | undefined;
  const work = async (): Promise<void> => {
    while (signal?.aborted !== true && failure === undefined) {
      const next = await iterator.next();
      if (next.done === true) return;
      const receipt = await receiptOf(next.value, send);
      receipts.push(receipt);
      onReceipt?.(receipt);
    }
  };
  // Nobody could tell who has got it if the others went on after the caller has heard of a failure.
  const watched = () =>
    work().catch((error: unknown) => {
      failure ??= { error };
    });
  await Promise.all(Array.from({ length: concurrency }, watched));
  if (failure !== undefined || signal?.aborted === true) await iterator.return?.();
  if (failure !== undefined) throw failure.error;
  return receipts;
}

async function receiptOf(to: string, send: (to: string) => Promise<SipResponse>): Promise<Receipt> {
  try {
    return { to, status: (await send(to)).status };
  } catch (error) {
    return { to, status: undefined, error };
  }
}
