import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { OperatorFault } from '@entente/host';

/** A line of a log that is about the dialog. */
export interface TraceLine {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** FQDN of the server that wrote it, or else the name of its program. */
  readonly source: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Lines that one dialog may have here: a peer can repeat its Call-ID as often as it likes. */
export const maxTraceLines = 10_000;

/**
 * Reads the lines of one dialog from the logs of several servers.
 * @param callId - of the dialog
 * @param files - logs, JSON lines, `-` for standard input; other lines are passed over
 * @returns the lines in order of time, and whether there were more than are kept
 * @throws OperatorFault `ENTENTE_FILE_UNREADABLE`
 */
export async function readDialog(
  callId: string,
  files: readonly string[],
): Promise<{ readonly lines: readonly TraceLine[]; readonly isCut: boolean }> {
  const lines: TraceLine[] = [];
  let isCut = false;
  for (const file of files) {
    for await (const text of linesOf(file)) {
      // Most lines are about something else: those are not parsed.
      if (!text.includes('"callId"')) continue;
      const line = lineAbout(callId, text);
      if (line === undefined) continue;
      if (lines.length === maxTraceLines) isCut = true;
      else lines.push(line);
    }
  }
  return { lines: lines.sort((one, other) => one.at - other.at), isCut };
}

function lineAbout(callId: string, text: string): TraceLine | undefined {
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  if (fields === null || typeof fields !== 'object' || fields.callId !== callId) return undefined;
  const { app, source, time } = fields;
  // Releases before this one wrote milliseconds.
  const at = typeof time === 'number' ? time : Date.parse(String(time));
  if (!Number.isFinite(at) || Math.abs(at) > 8.64e15) return undefined;
  return { at, source: String(source ?? app ?? '?'), fields };
}

async function* linesOf(file: string): AsyncGenerator<string> {
  try {
    yield* createInterface({
      input: file === '-' ? process.stdin : createReadStream(file, 'utf8'),
      crlfDelay: Number.POSITIVE_INFINITY,
    });
  } catch (cause) {
    throw new OperatorFault('ENTENTE_FILE_UNREADABLE', {
      sentence: `expected a log that can be read, found ${(cause as NodeJS.ErrnoException).code ?? (cause as Error).message}`,
      place: file,
      remedy: 'give the files that the standard output of the servers went to',
      cause,
    });
  }
}
