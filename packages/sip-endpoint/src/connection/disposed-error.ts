import { Fault } from '@entente/options';

/** Something was asked for that needs a connection, after the endpoint or the user agent was disposed of. Match it by `code`. */
export class DisposedError extends Fault<'ENTENTE_SIP_DISPOSED'> {
  /** Always `DisposedError`. */
  override readonly name = 'DisposedError';

  /** @param place - name of the server that was to be dialled */
  constructor(place: string) {
    super('ENTENTE_SIP_DISPOSED', {
      sentence: 'expected an endpoint or a user agent that is in use, found one that was disposed of',
      place,
      remedy: 'make another one, or ask before you dispose of it',
    });
  }
}
