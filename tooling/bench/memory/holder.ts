import { connect } from 'node:tls';
import { CallCaller } from '../load/call-caller.ts';
import { openCalled, register } from '../load/called.ts';
import { Caller } from '../load/caller.ts';
import { clientContext } from '../load/client-context.ts';
import { LoadConnection } from '../load/load-connection.ts';
import type { LoadTls } from '../load/order.ts';
import type { HeldUser, HoldNotice, HoldOrder } from './order.ts';

/** The holder's process: it does what it is told, one order after the other, and keeps its connections open in between. */
process.on('message', (order: HoldOrder) => {
  obey(order).then(
    (done) => tell({ type: 'done', ...done }),
    (fault: Error) => tell({ type: 'fault', message: fault.stack ?? fault.message }),
  );
});
process.once('disconnect', () => process.exit(0));

function tell(notice: HoldNotice): void {
  process.send?.(notice);
}

interface Done {
  readonly count: number;
  readonly refused: readonly string[];
}

/** Those that are open. */
const idle = new Set<object>();
const called: LoadConnection[] = [];
const callers: (Caller | CallCaller)[] = [];
/** Unique over the life of this process: it is in every branch. */
let sequence = 100_000;

function obey(order: HoldOrder): Promise<Done> {
  switch (order.type) {
    case 'idle':
      return hold(order);
    case 'pairs':
      return pair(order);
    case 'transact':
      return transact(order.count);
  }
}

/** Handshakes that are under way at once. */
const atOnce = 8;
const messageBytes = 600;

async function hold({
  answersNoPing = false,
  tls,
  upTo,
  users,
}: Extract<HoldOrder, { type: 'idle' }>): Promise<Done> {
  const refused: string[] = [];
  let next = idle.size;
  const open = async (): Promise<void> => {
    while (next < upTo) {
      const user = users?.[next];
      next += 1;
      try {
        if (user === undefined) await silent(tls, answersNoPing);
        else await registered(tls, user);
      } catch (fault) {
        refused.push((fault as Error).message);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, open));
  return { count: idle.size, refused };
}

/** A connection whose first byte from the server, to our ping (RFC 5626 §3.5.1) where it answers pings, shows that the server has accepted it. */
function silent(tls: LoadTls, answersNoPing: boolean): Promise<void> {
  const { host, port, servername } = tls;
  const socket = connect({ host, port, servername, secureContext: clientContext(tls) });
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => {
      idle.delete(socket);
      reject(new Error('the server closed a connection'));
    });
    const opened = (): void => {
      idle.add(socket);
      resolve();
    };
    socket.once('data', opened);
    socket.once('secureConnect', () => {
      if (answersNoPing) opened();
      else socket.write('\r\n\r\n');
    });
  });
}

async function registered(tls: LoadTls, user: HeldUser): Promise<void> {
  const connection = await LoadConnection.open(tls);
  await register(connection, tls, user.address, user);
  connection.ended = () => void idle.delete(connection);
  idle.add(connection);
}

async function pair({
  called: to,
  caller,
  pairs,
  what,
}: Extract<HoldOrder, { type: 'pairs' }>): Promise<Done> {
  for (const one of pairs) {
    called.push(await openCalled(to, one));
    callers.push(
      what === 'message'
        ? await Caller.open(caller, one, messageBytes)
        : await CallCaller.open(caller, one, false),
    );
  }
  return { count: callers.length, refused: [] };
}

/** Where nothing is answered for so long, what is still open is lost. */
const silenceMs = 10_000;

function transact(count: number): Promise<Done> {
  const refused: string[] = [];
  const last = sequence + count;
  let open = 0;
  return new Promise((resolve, reject) => {
    const lost = setTimeout(() => reject(new Error(`${open} were not answered`)), silenceMs);
    for (const side of called) side.ended = (why) => reject(new Error(`called: ${why}`));
    const send = (caller: Caller | CallCaller): void => {
      if (sequence < last) {
        sequence += 1;
        open += 1;
        caller.send(sequence);
      } else if (open === 0) {
        clearTimeout(lost);
        resolve({ count: count - refused.length, refused });
      }
    };
    for (const caller of callers) {
      caller.watch((why) => reject(new Error(`caller: ${why}`)));
      caller.finished = (_, statusLine) => {
        open -= 1;
        lost.refresh();
        if (statusLine !== undefined) refused.push(statusLine);
        send(caller);
      };
    }
    for (const caller of callers) send(caller);
  });
}
