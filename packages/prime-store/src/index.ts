export { SegmentLeases, type Claim, type LeaseOptions } from './leases.ts';
export { Manifest, type Location } from './manifest.ts';
export { PrimeStore, type SegmentLookup, type StoreOptions, type StoreRedis } from './prime-store.ts';
export {
  allocateBitmap,
  decodeSegment,
  encodeSegment,
  FORMAT_VERSION,
  HEADER_BYTES,
  type Segment,
} from './segment-codec.ts';
export { CorruptSegmentError, MissingSegmentError } from './segment-errors.ts';
export { readSegments, type PrimeSlice, type ReadOptions } from './segment-reader.ts';
export { DEFAULT_STORE_PREFIX, StoreKeys } from './store-keys.ts';
