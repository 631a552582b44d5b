import type { EventEmitter } from 'node:events';

/** What to do where an answer could not be written, unless it says so itself. */
const otherwise =
  'let it be written elsewhere, and look whether the command has changed anything before you run it again';

let remedy = otherwise;

/**
 * Sets what to do where the answer that is written next is lost.
 * @param text - undefined: nothing but to look what has been done
 */
export function remedyIfLost(text: string | undefined): void {
  remedy = text ?? otherwise;
}

/**
 * Says in one sentence that an answer could not be written, e.g. to a file on a full disk, and ends the process with status 2. EPIPE is
 * ignored: the reader, for example `head`, may close early. The command still runs to its end.
 * @param streams - default: those of the process
 * @param onLost - called once an answer is lost; default: the exit status becomes 2
 */
export function watchOutput(
  { stderr, stdout }: Readonly<Record<'stderr' | 'stdout', EventEmitter>> = process,
  onLost: () => void = endWithTwo,
): void {
  let isTold = false;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || isTold) return;
    isTold = true;
    onLost();
    void tell(error, remedy);
  });
  // Where nothing can be said to anybody, the exit status is all that is left.
  stderr.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code !== 'EPIPE') onLost();
  });
}

/** The command sets a status of its own when it ends. */
function endWithTwo(): void {
  process.once('exit', () => {
    process.exitCode = 2;
  });
}

async function tell(error: NodeJS.ErrnoException, whatToDo: string): Promise<void> {
  const { describeFault, OperatorFault, reportFault } = await import('@entente/host');
  const place = 'standard output';
  const why = describeFault(error)?.sentence ?? error.message;
  const sentence = `the answer could not be written: ${why}`;
  reportFault(
    'entente',
    new OperatorFault(error.code ?? 'EIO', { sentence, place, remedy: whatToDo }),
    place,
  );
}
