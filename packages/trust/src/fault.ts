import { Fault } from '@entente/options';

/** Stable codes of the faults of callers: settings that a judge cannot use. */
export type TrustFaultCode =
  | 'ENTENTE_BAD_ALLOW_LIST'
  | 'ENTENTE_BAD_ANCHOR_LIMIT'
  | 'ENTENTE_BAD_JUDGE_OPTION'
  | 'ENTENTE_BAD_QUESTION'
  | 'ENTENTE_BAD_STORE_OPTION'
  | 'ENTENTE_BAD_VERDICT'
  | 'ENTENTE_ANCHOR_NAME_TAKEN'
  | 'ENTENTE_PATH_NOT_CONSTRUCTIBLE';

/** A fault of the caller: a sentence, the place and the remedy. Match it by `code`. */
export class TrustFault extends Fault<TrustFaultCode> {
  /** Always `TrustFault`. */
  override readonly name = 'TrustFault';
}
