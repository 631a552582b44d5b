import type { OperationName, OperationParameters, OperationValue } from './operations.ts';

/** Carries out operations on a database. */
export interface OperationPort {
  /**
   * @param name - the operation
   * @param parameters - what it needs
   * @returns its value, once its change is durable
   * @throws PkiFault of the operation, or `ENTENTE_PKI_LEDGER_UNAVAILABLE`, `ENTENTE_PKI_LEDGER_CLOSED`
   */
  call<N extends OperationName>(name: N, ...parameters: OperationParameters<N>): Promise<OperationValue<N>>;
}
