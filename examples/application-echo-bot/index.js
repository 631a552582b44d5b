import { joinApplication } from '@entente/application';

const { ADDRESSES = '{}', DIRECTORY = './echo1', FQDN = 'echo1.contoso.example', JOIN_TOKEN } = process.env;

const bot = await joinApplication({
  fqdn: FQDN,
  directory: DIRECTORY,
  token: JOIN_TOKEN,
  addresses: JSON.parse(ADDRESSES),
  async onMessage({ sender, text, to }) {
    if (sender.address !== undefined) await bot.message(to, `sip:${sender.address}`, text);
  },
});

process.once('SIGTERM', async () => {
  await bot.drain(10_000);
  await bot[Symbol.asyncDispose]();
});
