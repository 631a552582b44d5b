import { attacks } from './attacks.ts';
import type { AttackNotice, AttackOrder } from './order.ts';

/** The attackers' process: one attack, until the parent says stop. */
process.once('message', (order: AttackOrder) => {
  begin(order).catch((fault: Error) => tell({ type: 'fault', message: fault.stack ?? fault.message }));
});
process.once('disconnect', () => process.exit(0));

async function begin({ attack, target }: AttackOrder): Promise<void> {
  const start = attacks[attack];
  if (start === undefined) throw new Error(`there is no attack "${attack}"`);
  const running = await start(target);
  tell({ type: 'under way' });
  process.once('message', () => {
    tell({ type: 'done', did: running.stop() });
  });
}

function tell(notice: AttackNotice): void {
  process.send?.(notice);
}
