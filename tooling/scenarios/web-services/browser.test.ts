import { needs } from '@entente/testkit/repository';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser, missingBrowser } from './testing/browser.ts';
import { missingProgram, startRealProxy } from './testing/real-proxy.ts';
import {
  domain,
  firstPassword,
  outsideName,
  startWebNetwork,
  type WebNetwork,
} from './testing/web-network.ts';

let network: WebNetwork;
beforeAll(async () => {
  network = await startWebNetwork();
});
afterAll(() => network?.[Symbol.asyncDispose]());

const otherName = 'web.fabrikam.example';

describe.each(['nginx', 'haproxy'] as const)('a browser that comes through a real %s', (program) => {
  it('opens the page with our CA, signs in, finds people and signs out', async (test) => {
    needs(test, missingProgram(program) ?? missingBrowser());
    await using proxy = await startRealProxy(program, network);
    await using browser = await Browser.open({ ca: network.root.certificatePem, hosts: [outsideName] });
    expect(await browser.goTo(`https://${outsideName}:${proxy.port}/`)).toEqual({ refused: undefined });
    const shows = (expression: string, what: unknown) =>
      expect.poll(() => browser.evaluate(expression)).toEqual(what);
    await shows('document.title', 'Entente: your account');
    await shows("document.querySelector('#signing-in')?.hidden", false);
    const fill = (fields: Record<string, string>, form: string) =>
      browser.evaluate(
        `for (const [id, value] of Object.entries(${JSON.stringify(fields)})) document.getElementById(id).value = value;
        document.getElementById(${JSON.stringify(form)}).requestSubmit()`,
      );
    await fill({ user: `alice@${domain}`, password: 'not the password' }, 'sign-in');
    await expect.poll(() => browser.evaluate("document.querySelector('#fault').textContent")).not.toBe('');
    await fill({ user: `alice@${domain}`, password: firstPassword }, 'sign-in');
    await shows("document.querySelector('#address').textContent", `alice@${domain}`);
    await shows("document.querySelector('#account').hidden", false);
    await fill({ query: 'bob' }, 'search');
    await expect
      .poll(() => browser.evaluate("document.querySelector('#people').textContent"))
      .toContain(`bob@${domain}`);
    await browser.evaluate("document.getElementById('sign-out').click()");
    await shows("document.querySelector('#account').hidden", true);
  });

  it('opens nothing without our CA, and with it nothing by another name; it says which of the two is wrong', async (test) => {
    needs(test, missingProgram(program) ?? missingBrowser());
    await using proxy = await startRealProxy(program, network);
    await using stranger = await Browser.open({ hosts: [outsideName] });
    expect(await stranger.goTo(`https://${outsideName}:${proxy.port}/`)).toEqual({
      refused: 'net::ERR_CERT_AUTHORITY_INVALID',
    });
    await using other = await Browser.open({ ca: network.root.certificatePem, hosts: [otherName] });
    const { refused } = await other.goTo(`https://${otherName}:${proxy.port}/`);
    expect(refused).toMatch(
      /^net::ERR_(CERT_COMMON_NAME_INVALID|SSL_UNRECOGNIZED_NAME_ALERT|CONNECTION_CLOSED|SSL_PROTOCOL_ERROR)$/,
    );
    await expect(stranger.evaluate('document.title')).resolves.not.toBe('Entente: your account');
  });
});
