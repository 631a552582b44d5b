import type { Ledger, RecordedCertificate } from '@entente/pki/ledger';

const pageSize = 1_000;

/**
 * Each certificate that has not ended at a time, revoked ones included, a page at a time.
 * @param ledger - of the authority
 * @param time - milliseconds since 1970
 */
export async function* validAt(
  ledger: Pick<Ledger, 'list'>,
  time: number,
): AsyncGenerator<RecordedCertificate> {
  for (let after: string | undefined; ; ) {
    const page = await ledger.list({
      validAt: time,
      limit: pageSize,
      ...(after === undefined ? {} : { after }),
    });
    yield* page.certificates;
    if (page.next === undefined) return;
    after = page.next;
  }
}
