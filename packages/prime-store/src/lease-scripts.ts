import { MOST_PRIMES } from './manifest.ts';

// Sent whole by EVAL: 200–900 bytes beside segments of 128 KiB, and no server that restarts, fails over or
// flushes its scripts can answer NOSCRIPT, which inside a transaction would come too late.

/**
 * KEYS: the manifest, then a lease for each segment. ARGV: owner, time to live in ms, most to claim, then the
 * segments. Returns three lists of segments: claimed, stored, busy. It stops once `most` are claimed.
 */
export const CLAIM = `
local owner, ttl, most = ARGV[1], ARGV[2], tonumber(ARGV[3])
local claimed, stored, busy = {}, {}, {}
for i = 2, #KEYS do
  if #claimed >= most then break end
  local lease, segment = KEYS[i], ARGV[i + 2]
  local count = redis.call('HGET', KEYS[1], segment)
  -- The rule of manifest.ts: an entry that readers ignore must keep nobody from computing the segment.
  if count and string.find(count, '^[1-9]%d*$') and tonumber(count) <= ${MOST_PRIMES} then
    stored[#stored + 1] = segment
  elseif redis.call('SET', lease, owner, 'NX', 'PX', ttl) then
    claimed[#claimed + 1] = segment
  elseif redis.call('GET', lease) == owner then
    -- The client sent a claim again whose answer was lost with the connection.
    redis.call('PEXPIRE', lease, ttl)
    claimed[#claimed + 1] = segment
  else
    busy[#busy + 1] = segment
  end
end
return { claimed, stored, busy }`;

/**
 * KEYS: leases. ARGV: owner, time to live in ms, then the segments. Returns the segments that are still the
 * owner's.
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

/** KEYS: leases. ARGV: owner. Leaves alone what is another's by now. */
export const RELEASE = `
for i = 1, #KEYS do
  if redis.call('GET', KEYS[i]) == ARGV[1] then
    redis.call('DEL', KEYS[i])
  end
end`;
