import { Fault } from '@entente/options';

/** Stable codes of the faults of stores. */
export type StoreFaultCode =
  | 'ENTENTE_STORE_UNREADABLE'
  | 'ENTENTE_STORE_EMPTY'
  | 'ENTENTE_STORE_MALFORMED'
  | 'ENTENTE_STORE_OLDER'
  | 'ENTENTE_STORE_NOT_A_CA'
  | 'ENTENTE_NO_SYSTEM_ANCHORS';

/**
 * A store of anchors or CRLs that cannot be used: a sentence, the place and the remedy. Match it by `code`.
 */
export class StoreFault extends Fault<StoreFaultCode> {
  /** Always `StoreFault`. */
  override readonly name = 'StoreFault';
}
