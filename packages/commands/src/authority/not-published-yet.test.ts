import { describe, expect, it } from 'vitest';
import { toldMembers } from './not-published-yet.ts';

const usual = 'members pick the list up themselves';

describe('what a command says of a change', () => {
  it('is that members have not been told, with the remedy, where the answer of the authority says so', () => {
    const untold = { message: 'members have not been told', remedy: 'see GET /healthz' };
    expect(toldMembers({ crlNumber: 7, untold }, usual)).toEqual({
      json: { untold },
      lines: [untold.message],
      next: [untold.remedy],
    });
  });

  it('is the usual where it does not', () => {
    expect(toldMembers({ crlNumber: 7 }, usual)).toEqual({ json: {}, lines: [], next: [usual] });
  });
});
