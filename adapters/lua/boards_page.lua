-- Reads one page of a board, all of it at one moment.
-- KEYS: ranks, points. ARGV: limit, cursor or "", member to be around or "".
-- Answers {listed, counted, index of the first row (from 0), its rank (from 1), member, score, member, ...}.
local WIDTH = 68719476736
local ranks, limit = KEYS[1], tonumber(ARGV[1])
local total, counted = redis.call('ZCARD', ranks), redis.call('HLEN', KEYS[2])

local function rows()
  if ARGV[2] ~= '' then
    return redis.call('ZREVRANGEBYSCORE', ranks, '(' .. ARGV[2], '-inf', 'WITHSCORES', 'LIMIT', 0, limit)
  end
  local start = ARGV[3] ~= '' and redis.call('ZREVRANK', ranks, ARGV[3]) or 0
  if start > 0 then -- half the page above, and as full a page as there can be
    start = math.max(0, math.min(start - math.floor((limit - 1) / 2), total - limit))
  end
  return redis.call('ZREVRANGE', ranks, start, start + limit - 1, 'WITHSCORES')
end

local found = rows()
if #found == 0 then
  return {total, counted, 0, 0}
end
local points = math.floor(tonumber(found[2]) / WIDTH)
local better = redis.call('ZCOUNT', ranks, string.format('%.17g', (points + 1) * WIDTH), '+inf')
return {total, counted, redis.call('ZREVRANK', ranks, found[1]), better + 1, unpack(found)}
