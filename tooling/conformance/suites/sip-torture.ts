import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConformanceCase, ConformanceSuite } from '../suite.ts';
import { tally } from '../suite.ts';
import { reactionsOf } from './sip-torture/reaction.ts';
import { aloneOnStream, sharedStreamFaults } from './sip-torture/stream.ts';
import type { TortureMessage, Vectors } from './sip-torture/vector.ts';

const reason =
  'no SIP vectors: pass --vectors PATH (expected.json beside its messages) or set ENTENTE_VECTORS';

/** The messages of RFC 4475, or of another folder of the same form, judged singly and on streams. */
export const suite: ConformanceSuite = {
  name: 'sip-torture',
  // Either the root of all vectors or the folder of this set may be named, so the suite looks for itself.
  needs: [],
  run({ vectors, log }) {
    if (vectors === '') return tally('sip-torture', [], [], { count: 1, reason });
    const folder = [vectors, join(vectors, 'sip-torture')].find((path) =>
      existsSync(join(path, 'expected.json')),
    );
    if (folder === undefined) {
      // A folder was named: its absence must not look like a run without vectors.
      const expected = `expected.json in ${vectors} or below it in sip-torture/`;
      return tally('sip-torture', [{ id: 'expected.json', expected, actual: 'not there' }]);
    }
    const { messages } = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Vectors;
    const inputs = messages.map((message) => ({ message, bytes: readFileSync(join(folder, message.file)) }));
    const faults = sharedStreamFaults(inputs);
    const cases = inputs.map(({ message, bytes }) => judge(message, bytes, faults.get(message.name)));
    log(`sip-torture: ${messages.length} messages, each alone, and every split of the stream they share`);
    return tally('sip-torture', cases);
  },
};

/** One case a message: what it must lead to, and everything that differs. */
function judge(message: TortureMessage, bytes: Uint8Array, streamFault: string | undefined): ConformanceCase {
  const expected = `${wanted(message)}; stream ${message.framing.stream}`;
  const faults: string[] = [];
  if (bytes.length !== message.bytes) faults.push(`file of ${bytes.length} bytes, not ${message.bytes}`);
  for (const { role, outcome } of reactionsOf(message, bytes)) {
    if (!allowed(message).has(outcome)) faults.push(`${role}: ${outcome}`);
  }
  const stream = aloneOnStream(message, bytes);
  if (stream !== undefined) faults.push(stream);
  if (streamFault !== undefined) faults.push(streamFault);
  return { id: message.name, expected, actual: faults.length === 0 ? expected : faults.join('; ') };
}

function wanted({ reaction }: TortureMessage): string {
  return reaction.action === 'respond' ? `respond ${reaction.status}` : reaction.action;
}

/** The outcomes the vector allows: the first choice, its alternatives, and for "accept" the status it also names. */
function allowed(message: TortureMessage): ReadonlySet<string> {
  const { reaction } = message;
  const outcomes = [wanted(message)];
  if (reaction.status !== null) outcomes.push(`respond ${reaction.status}`);
  for (const other of reaction.alternatives) outcomes.push(other === 'accept' ? other : `respond ${other}`);
  return new Set(outcomes);
}
