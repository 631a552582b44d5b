import { parseArgs } from 'node:util';

/** What the demo was asked to do. */
export interface DemoOptions {
  /** End after the account instead of leaving the network up. */
  readonly once: boolean;
  /** File that gets the account as JSON. */
  readonly report: string | undefined;
  readonly help: boolean;
}

export const usage = `pnpm demo [--once] [--report FILE]

  Starts two organisations on this machine, each with an authority, two front ends, an edge and users as processes of their
  own. Shows links, deliveries, and the connections and requests that are refused. Then the network stays up.

  --once         stop the network afterwards; exit status 1 if a step failed
  --report FILE  write {ok, links, deliveries, refusals, seconds} as JSON
`;

/** @throws with a sentence where an argument is not known */
export function demoOptions(args: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      once: { type: 'boolean', default: false },
      report: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return { once: values.once, report: values.report, help: values.help };
}
