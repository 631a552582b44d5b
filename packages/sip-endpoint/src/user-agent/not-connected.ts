import { Fault } from '@entente/options';

/** A user agent was asked for something that needs its server before it had connected. Match it by `code`. */
export class NotConnectedError extends Fault<'ENTENTE_SIP_NOT_CONNECTED'> {
  /** Always `NotConnectedError`. */
  override readonly name = 'NotConnectedError';

  /** @param server - name of the server */
  constructor(server: string) {
    super('ENTENTE_SIP_NOT_CONNECTED', {
      sentence: 'expected a connection to the server, found none',
      place: server,
      remedy: 'call register or connect first',
    });
  }
}
