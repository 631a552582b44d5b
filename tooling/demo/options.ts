import { parseArgs } from 'node:util';
import { chapterCount } from './chapters/chapter.ts';

/** What the demo was asked to do. */
export interface DemoOptions {
  /** End after the account instead of leaving the network up. */
  readonly once: boolean;
  /** The one chapter to show; undefined: all. */
  readonly chapter: number | undefined;
  /** Whether there is a second organisation: no chapter before the last needs it. */
  readonly hasPartner: boolean;
  /** File that gets the account as JSON. */
  readonly report: string | undefined;
  readonly help: boolean;
}

export const usage = `pnpm demo [--once] [--chapter N] [--only contoso] [--report FILE]

  Starts two organisations on this machine, every server and every user a process of its own: an authority, front ends,
  mediation and a gateway, a chat server, web services and a reverse proxy, directors and edges. Shows links, deliveries, and
  the connections and requests that are refused. Then the network stays up.

  --once          stop the network afterwards; exit status 1 if a step failed
  --chapter N     show one chapter: 1 front ends, 2 telephone network, room and web services, 3 users outside,
                  4 the second organisation; what it needs is started as well, and nothing else
  --only contoso  chapters 1 to 3, with one organisation
  --report FILE   write what happened as JSON: ok, rows, links, deliveries, refusals, seconds, firstDeliverySeconds, memoryMiB
`;

/** @throws with a sentence where an argument is not known */
export function demoOptions(args: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      once: { type: 'boolean', default: false },
      chapter: { type: 'string' },
      only: { type: 'string' },
      report: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { help, once, only, report } = values;
  if (only !== undefined && only !== 'contoso')
    throw new Error(`--only: expected contoso, found ${only}; leave it out for both organisations`);
  const onlyContoso = only === 'contoso';
  const chapter = chapterOf(values.chapter, onlyContoso);
  const hasPartner = !onlyContoso && (chapter === undefined || chapter === chapterCount);
  return { once, chapter, hasPartner, report, help };
}

function chapterOf(text: string | undefined, onlyContoso: boolean): number | undefined {
  if (text === undefined) return undefined;
  const last = onlyContoso ? chapterCount - 1 : chapterCount;
  const chapter = Number(text);
  if (Number.isInteger(chapter) && chapter >= 1 && chapter <= last) return chapter;
  throw new Error(`--chapter: expected a number from 1 to ${last}, found ${text}`);
}
