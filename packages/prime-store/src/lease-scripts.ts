import { MAX_PRIMES } from './manifest.ts';

// Sent by EVAL, because a server that has restarted, failed over or flushed its scripts would reply NOSCRIPT to EVALSHA.
// They have 200 to 900 bytes, and a segment has 128 KiB.

/**
 * KEYS: the manifest, then a lease for each segment. ARGV: owner, time to live in ms, maximum number to claim, then the
 * segments. Returns three lists of segments: claimed, stored, busy. It stops when the maximum is claimed.
 */
export const CLAIM = `
local owner, ttl, most = ARGV[1], ARGV[2], tonumber(ARGV[3])
local claimed, stored, busy = {}, {}, {}
for i = 2, #KEYS do
  if #claimed >= most then break end
  local lease, segment = KEYS[i], ARGV[i + 2]
  local count = redis.call('HGET', KEYS[1], segment)
  -- As in manifest.ts: an entry that readers ignore must not prevent the computation of the segment.
  if count and string.find(count, '^[1-9]%d*$') and tonumber(count) <= ${MAX_PRIMES} then
    stored[#stored + 1] = segment
  elseif redis.call('SET', lease, owner, 'NX', 'PX', ttl) then
    claimed[#claimed + 1] = segment
  elseif redis.call('GET', lease) == owner then
    -- The client has resent a claim whose reply was lost with the connection.
    redis.call('PEXPIRE', lease, ttl)
    claimed[#claimed + 1] = segment
  else
    busy[#busy + 1] = segment
  end
end
return { claimed, stored, busy }`;

/**
 * KEYS: leases. ARGV: owner, time to live in ms, then the segments. Returns the segments whose leases the owner still
 * holds.
 */
export const RENEW = `
local held = {}
for i = 1, #KEYS do
  if redis.call('GET', KEYS[i]) == ARGV[1] then
    redis.call('PEXPIRE', KEYS[i], ARGV[2])
    held[#held + 1] = ARGV[i + 2]
  end
end
return held`;

/** Deletes the leases from KEYS[first] on that ARGV[1], the owner, still holds. */
const releaseFrom = (first: number) => `
for i = ${first}, #KEYS do
  if redis.call('GET', KEYS[i]) == ARGV[1] then
    redis.call('DEL', KEYS[i])
  end
end`;

/**
 * KEYS: the manifest, then a lease for each segment. ARGV: owner, then each segment with its number of primes. Adds the
 * segments to the manifest, and deletes only leases that the owner still holds.
 */
export const COMMIT = `redis.call('HSET', KEYS[1], unpack(ARGV, 2))${releaseFrom(2)}`;

/** KEYS: leases. ARGV: owner. Deletes only leases that the owner still holds. */
export const RELEASE = releaseFrom(1);
