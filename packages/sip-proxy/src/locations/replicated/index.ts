export { Sweep } from '../sweep.ts';
export {
  believed,
  bindingsOf,
  type IsBelieved,
  isVouchedFor,
  type LocationRecord,
  merged,
  type RecordEntry,
} from './location-record.ts';
export { type RecordJson, readBinding, recordFromJson, recordToJson } from './record-json.ts';
export { type OnChange, ReplicatedLocations } from './replicated-locations.ts';
