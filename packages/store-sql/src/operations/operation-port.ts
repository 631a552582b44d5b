import type {
  AccountOperationName,
  OperationName,
  OperationParameters,
  OperationValue,
} from './operations.ts';

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

/** Carries out the operations of accounts: what a directory needs, also over a database that keeps nothing else. */
export interface AccountOperationPort {
  /** As {@link OperationPort.call}. */
  call<N extends AccountOperationName>(
    name: N,
    ...parameters: OperationParameters<N>
  ): Promise<OperationValue<N>>;
}
