import { Checks, Fault } from '@entente/options';

/** Stable literals of the faults that this package throws. */
export type RedisFaultCode = 'ENTENTE_REDIS_OPTION' | 'ENTENTE_REDIS_PLAIN';

/** A fault that the operator of the server can fix. Match it by `code`. */
export class RedisFault extends Fault<RedisFaultCode> {
  /** Always `RedisFault`. */
  override readonly name = 'RedisFault';
}

/** Refuses arguments with `ENTENTE_REDIS_OPTION`. */
export const checks = new Checks({
  fault: (parts) => new RedisFault('ENTENTE_REDIS_OPTION', parts),
  hasSecrets: true,
});
