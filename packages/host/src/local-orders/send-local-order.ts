import net from 'node:net';
import { OperatorFault } from '../fault.ts';
import { type After, afterTime } from './call-later.ts';
import type { LocalAnswer } from './local-answer.ts';
import { maxPathBytes, readLine } from './read-line.ts';

const maxAnswerBytes = 1_048_576;
/** Seconds in which a server that works shows a sign of life many times; one of a release that shows none answers most orders within them. */
const silenceSeconds = 60;
/** Nobody listens there. */
const absent: ReadonlySet<unknown> = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTSOCK']);

/**
 * Sends an order to a server on the same machine, and waits for as long as the server shows that it lives: it gives up after 60 seconds of silence.
 * @param path - of the socket
 * @param order - what is to be done
 * @param after - calls something after milliseconds, and returns what stops that; default the system's timers
 * @returns the answer; undefined where no server listens there
 * @throws OperatorFault with the code of the server's own fault, or `ENTENTE_ORDER_FAILED` where it does not answer
 */
export async function sendLocalOrder(
  path: string,
  order: object,
  after: After = afterTime,
): Promise<object | undefined> {
  if (Buffer.byteLength(path) > maxPathBytes) return undefined;
  const socket = net.connect(path);
  try {
    const cause = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      socket.once('connect', () => resolve(undefined));
      socket.once('error', resolve);
    });
    if (cause !== undefined) {
      if (absent.has(cause.code)) return undefined;
      throw failed(path, `the command cannot be sent to the server: ${cause.message}`, cause);
    }
    socket.on('error', () => {});
    socket.write(`${JSON.stringify(order)}\n`);
    const isSilent = endWhenSilent(socket, after);
    const line = await readLine(socket, maxAnswerBytes, 0);
    const answer = line === undefined ? undefined : (JSON.parse(line) as LocalAnswer);
    if (answer === undefined)
      throw isSilent() ? silent(path) : failed(path, 'the server ended before it answered');
    if (answer.ok) return answer.answer;
    const { code, ...parts } = answer.fault;
    throw new OperatorFault(code, parts);
  } finally {
    socket.destroy();
  }
}

function failed(place: string, sentence: string, cause?: Error): OperatorFault {
  return new OperatorFault('ENTENTE_ORDER_FAILED', {
    sentence,
    place,
    remedy: 'run the command as the user of the server, and see the log of the server',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Each byte counts: a server that works sends one again and again. */
function endWhenSilent(socket: net.Socket, after: After): () => boolean {
  let isSilent = false;
  const end = () => {
    isSilent = true;
    socket.destroy();
  };
  let stop = after(silenceSeconds * 1_000, end);
  socket.on('data', () => {
    stop();
    stop = after(silenceSeconds * 1_000, end);
  });
  socket.once('close', () => stop());
  return () => isSilent;
}

function silent(place: string): OperatorFault {
  return new OperatorFault('ENTENTE_ORDER_UNANSWERED', {
    sentence: `the server takes the command and has shown no sign of life for ${silenceSeconds} seconds`,
    place,
    remedy:
      'see whether its process was stopped (state T: kill -CONT), or its disk hangs, and restart it otherwise; it may still carry the command out once it goes on',
  });
}
