import { describe, expect, it } from 'vitest';
import { homeOfUser, withoutHome } from './home-of-user.ts';

const alice = 'alice@contoso.example';
const fe1 = 'fe1.contoso.example';
const fe2 = 'fe2.contoso.example';
const pool = 'pool1.contoso.example';

describe('the home of a user', () => {
  it('is what the topology says of the user, then the account, then the domain', () => {
    const domains = [{ name: 'contoso.example', pool }];
    expect(homeOfUser({ domains, users: { [alice]: fe1 } }, alice, fe2)).toEqual({
      home: fe1,
      says: 'topology',
    });
    expect(homeOfUser({ domains, users: {} }, alice, fe2)).toEqual({ home: fe2, says: 'account' });
    expect(homeOfUser({ domains }, alice, undefined)).toEqual({ home: pool, says: 'domain' });
  });

  it('is none where the domain has no pool, and what is said names both remedies', () => {
    const domains = [{ name: 'contoso.example' }, { name: 'fabrikam.example', pool }];
    expect(homeOfUser({ domains, users: { 'bob@contoso.example': fe1 } }, alice, undefined)).toBeUndefined();
    const { line, next } = withoutHome(alice);
    expect(line).toContain('contoso.example has no pool');
    expect(next.join('\n')).toContain('entente topology add pool <fqdn> --role front-end --home');
    expect(next.join('\n')).toContain(`entente user move ${alice} --home`);
  });
});
