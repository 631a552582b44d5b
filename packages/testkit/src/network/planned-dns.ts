/** A record of a DNS plan, as `dnsPlan` of `@entente/topology-planning` lists it. */
export interface PlannedRecord {
  /** Name of the record, without a dot at its end. */
  readonly name: string;
  /** `A`, `AAAA`, `SRV` or `NAPTR`. */
  readonly type: string;
  /** As in a zone file, e.g. `0 0 5061 edge1.contoso.example.` for SRV. */
  readonly data: string;
  /** Whether the plan lacks the data, so that DNS does not have the record. */
  readonly missing?: true;
}

/**
 * DNS that has the records of a plan and no others: a `ServiceResolver` of `@entente/sip-endpoint/resolve`.
 * @param records - of one view
 */
export function plannedDns(records: readonly PlannedRecord[]) {
  const dataOf = (type: string, name: string): readonly string[] => {
    const found = records.filter(
      (record) => record.type === type && record.name === name && record.missing !== true,
    );
    if (found.length === 0) throw Object.assign(new Error(`no ${type} of ${name}`), { code: 'ENODATA' });
    return found.map(({ data }) => data);
  };
  const withoutDot = (name = '') => name.replace(/\.$/, '');
  return {
    async resolve4(name: string) {
      return dataOf('A', name);
    },
    async resolve6(name: string) {
      return dataOf('AAAA', name);
    },
    async resolveSrv(name: string) {
      return dataOf('SRV', name).map((data) => {
        const [priority, weight, port, target] = data.split(' ');
        return {
          name: withoutDot(target),
          port: Number(port),
          priority: Number(priority),
          weight: Number(weight),
        };
      });
    },
    async resolveNaptr(name: string) {
      return dataOf('NAPTR', name).map((data) => {
        const [order, preference, flags = '', service = '', regexp = '', replacement] = data.split(' ');
        const bare = (text: string) => text.replaceAll('"', '');
        return {
          order: Number(order),
          preference: Number(preference),
          flags: bare(flags),
          service: bare(service),
          regexp: bare(regexp),
          replacement: withoutDot(replacement),
        };
      });
    },
  };
}
