import { onTestFinished } from 'vitest';
import { FlowNames } from '../src/flow-tokens.ts';
import { Relay } from '../src/relay/relay.ts';

type Options = ConstructorParameters<typeof Relay>[0];

/** A relay whose timers end with its test: they would go on in the process of the next one. */
export function relayOfTest(options: Omit<Options, 'flows'> & Partial<Pick<Options, 'flows'>>): Relay {
  const relay = new Relay({ flows: new FlowNames(), ...options });
  onTestFinished(() => relay.close());
  return relay;
}
