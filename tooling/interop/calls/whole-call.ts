import type { Telephone } from '../programs/telephone.ts';

type Part = readonly [what: string, run: () => Promise<void>];

/**
 * A whole call: answered, put on hold and resumed by each side, and ended by one of them. What is waited for includes the ACK of the answer
 * and the answers to each re-INVITE and to the BYE.
 *
 * @param caller - calls
 * @param called - answers
 * @param ending - the one that hangs up
 * @param dialled - what the caller dials; default the address of the called
 * @returns what happened, as evidence
 * @throws Error that names the part that failed
 */
export function wholeCall(
  caller: Telephone,
  called: Telephone,
  ending: Telephone,
  dialled: string = called.address,
): Promise<string> {
  const parts = [...ringing(caller, called, dialled), ...conversation(caller, called, ending)];
  return play([caller, called], parts);
}

/**
 * A call that the caller gives up while it rings.
 *
 * @param dialled - what the caller dials; default the address of the called
 * @throws Error that names the part that failed
 */
export function cancelledCall(
  caller: Telephone,
  called: Telephone,
  dialled: string = called.address,
): Promise<string> {
  return play(
    [caller, called],
    [
      ...ringing(caller, called, dialled),
      ['the caller gives up, and hears 487', () => caller.cancel()],
      ['the called stops ringing', () => called.isOver()],
    ],
  );
}

/**
 * A call that neither of the two ends, but a server between them, by a BYE of its own.
 *
 * @param dialled - what the caller dials
 * @param reached - those of the two who must get the BYE; the other one hangs up
 * @throws Error that names the part that failed
 */
export async function callEndedBetween(
  caller: Telephone,
  called: Telephone,
  dialled: string,
  reached: readonly Telephone[],
): Promise<string> {
  const over = reached.map(
    (telephone): Part => [
      `the ${telephone === caller ? 'caller' : 'called'} gets a BYE`,
      () => telephone.isOver(),
    ],
  );
  const parts = [...ringing(caller, called, dialled), ...answering(caller, called), ...over];
  const evidence = await play([caller, called], parts);
  for (const telephone of [caller, called]) if (!reached.includes(telephone)) await telephone.reset();
  return evidence;
}

/**
 * A call to a user with two devices: both ring, one answers, the other stops ringing, and the call is whole.
 *
 * @param caller - calls the user
 * @param answering - the device that answers
 * @param other - the user's other device
 * @throws Error that names the part that failed
 */
export function callToTwoDevices(caller: Telephone, answering: Telephone, other: Telephone): Promise<string> {
  return play(
    [caller, answering, other],
    [
      ...ringing(caller, answering),
      ['the other device rings', () => other.rings()],
      ...conversation(caller, answering, caller, ['the other device stops ringing', () => other.isOver()]),
    ],
  );
}

/**
 * A call to a user with two devices that the caller gives up: both ring, and both stop.
 *
 * @throws Error that names the part that failed
 */
export function cancelledCallToTwoDevices(
  caller: Telephone,
  one: Telephone,
  other: Telephone,
): Promise<string> {
  return play(
    [caller, one, other],
    [
      ...ringing(caller, one),
      ['the other device rings', () => other.rings()],
      ['the caller gives up, and hears 487', () => caller.cancel()],
      ['the one device stops ringing', () => one.isOver()],
      ['the other device stops ringing', () => other.isOver()],
    ],
  );
}

/**
 * A message, answered and received.
 *
 * @throws Error that names the part that failed
 */
export function message(sender: Telephone, receiver: Telephone): Promise<string> {
  const text = `hello ${receiver.address.split('@')[0]} from ${sender.address} ${++messages}`;
  return play(
    [],
    [
      ['the message is answered with a 2xx', () => sender.message(receiver.address, text)],
      ['the message arrives', () => receiver.received(text)],
    ],
  );
}

let messages = 0;

function ringing(caller: Telephone, called: Telephone, dialled: string = called.address): readonly Part[] {
  return [
    ['the caller calls', () => caller.call(dialled)],
    ['the called rings', () => called.rings()],
    ['the caller hears so', () => caller.hearsRinging()],
  ];
}

function conversation(
  caller: Telephone,
  called: Telephone,
  ending: Telephone,
  ...afterAnswer: readonly Part[]
): readonly Part[] {
  const other = ending === caller ? called : caller;
  return [
    ...answering(caller, called),
    ...afterAnswer,
    ...holding(caller, called, 'the caller'),
    ...holding(called, caller, 'the called'),
    [`${ending === caller ? 'the caller' : 'the called'} hangs up`, () => ending.hangUp()],
    ['the BYE arrives', () => other.isOver()],
  ];
}

function answering(caller: Telephone, called: Telephone): readonly Part[] {
  return [
    ['the called answers', () => called.answer()],
    ['the answer arrives', () => caller.isConnected()],
    ['the ACK arrives', () => called.isConnected()],
  ];
}

function holding(one: Telephone, other: Telephone, who: string): readonly Part[] {
  return [
    [`${who} holds`, () => one.hold()],
    ['the other side sees it', () => other.isHeld()],
    [`${who} resumes`, () => one.resume()],
    ['the other side sees that', () => other.isResumed()],
  ];
}

/** @param inCall - telephones that a failure may leave in a call */
async function play(inCall: readonly Telephone[], parts: readonly Part[]): Promise<string> {
  const startedAt = performance.now();
  for (const [what, run] of parts) {
    try {
      await run();
    } catch (error) {
      await Promise.all(inCall.map((telephone) => telephone.reset()));
      throw new Error(`${what}: ${(error as Error).message}`);
    }
  }
  return `${parts.length} parts, the last one: ${parts.at(-1)?.[0]}; ${Math.round(performance.now() - startedAt)} ms`;
}
