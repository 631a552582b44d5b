/**
 * What the servers of one network say to each other of a message: how it is charged, who is entitled to what in it, by which access it came, how much it
 * matters. None of them is of a partner or a gateway to say to us, and none is of ours to obey. P-Early-Media is not among them: it is of the media of one call,
 * and a caller hears by it what the telephone network says before the call is answered.
 * @see RFC 7315 §4, RFC 5503, RFC 5002, RFC 4457, RFC 7316, RFC 6050, RFC 3313, RFC 4412, 3GPP TS 24.229
 */
export const fieldsOfNetworks = [
  'P-Charging-Vector',
  'P-Charging-Function-Addresses',
  'P-Access-Network-Info',
  'P-Visited-Network-ID',
  'P-DCS-Trace-Party-ID',
  'P-DCS-OSPS',
  'P-DCS-Billing-Info',
  'P-DCS-LAES',
  'P-DCS-Redirect',
  'P-Profile-Key',
  'P-User-Database',
  'P-Private-Network-Indication',
  'P-Preferred-Service',
  'P-Media-Authorization',
  'Resource-Priority',
  // Who has checked the number of the caller, and what has come of it.
  'Attestation-Info',
  'Origination-Id',
  'Priority-Verstat',
  'Cellular-Network-Info',
  'Relayed-Charge',
  'Restoration-Info',
] as const;
