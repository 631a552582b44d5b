import { openCalled } from '../load/called.ts';
import { Caller } from '../load/caller.ts';
import type { LoadConnection } from '../load/load-connection.ts';
import type { TalkNotice, TalkOrder } from './talk-order.ts';

/** The process of both sides of conversations: it does what it is told, one order after the other, and keeps its connections in between. */
process.on('message', (order: TalkOrder) => {
  obey(order).then(
    (done) => tell({ type: 'done', ...done }),
    (fault: Error) => tell({ type: 'fault', message: fault.stack ?? fault.message }),
  );
});
process.once('disconnect', () => process.exit(0));

function tell(notice: TalkNotice): void {
  process.send?.(notice);
}

interface Done {
  readonly count: number;
  readonly failed: number;
}

const messageBytes = 600;
/** Milliseconds until what is not answered is lost. */
const patienceMs = 2_000;
const called: LoadConnection[] = [];
const callers: Caller[] = [];
/** Unique over the life of this process: it is in every branch. */
let sequence = 100_000;

async function obey(order: TalkOrder): Promise<Done> {
  switch (order.type) {
    case 'open':
      for (const pair of order.pairs) {
        called.push(await openCalled(order.sides.called, pair));
        callers.push(await Caller.open(order.sides.caller, pair, messageBytes));
      }
      return { count: callers.length, failed: 0 };
    case 'keep':
      for (const one of [...callers.splice(order.pairs), ...called.splice(order.pairs)]) one.close();
      return { count: callers.length, failed: 0 };
    case 'talk':
      return talk(order);
  }
}

/** What is due is sent, whether or not the answers keep up. */
function talk({ milliseconds, ratePerSecond }: Extract<TalkOrder, { type: 'talk' }>): Promise<Done> {
  const startedAt = performance.now();
  let sent = 0;
  let count = 0;
  let failed = 0;
  return new Promise((resolve, reject) => {
    for (const side of called) side.ended = (why) => reject(new Error(`called: ${why}`));
    for (const caller of callers) {
      caller.watch((why) => reject(new Error(`caller: ${why}`)));
      caller.finished = (_, statusLine) => {
        if (statusLine === undefined) count += 1;
        else failed += 1;
      };
    }
    const turn = (): void => {
      const passed = performance.now() - startedAt;
      const due = Math.floor((Math.min(passed, milliseconds) / 1_000) * ratePerSecond);
      for (; sent < due; sent += 1) {
        sequence += 1;
        callers[sent % callers.length]?.send(sequence);
      }
      const isOver = passed >= milliseconds && (count + failed >= sent || passed > milliseconds + patienceMs);
      if (isOver) resolve({ count, failed: sent - count });
      else setTimeout(turn, 1);
    };
    turn();
  });
}
