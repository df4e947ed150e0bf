-- Applies operations to the boards and moves their position, or does nothing if the position is another.
-- KEYS[1]: the position's key. ARGV: prefix of all keys, position before, position after, operations (msgpack).
-- A script runs alone and whole. Redis refuses a script's first write or none (no memory, no disk), so
-- nothing is ever half applied.
local prefix = ARGV[1]
if tonumber(redis.call('GET', KEYS[1]) or '0') ~= tonumber(ARGV[2]) then
  return 0
end
local operations = cmsgpack.unpack(ARGV[4])
redis.call('SET', KEYS[1], ARGV[3])

local WIDTH = 68719476736 -- 2^36: see adapters/redis_boards.py for the score and its limits
local indexed, listed, team = {}, {}, {} -- what was looked up once in this run

local function index(set, member)
  local key = set .. '\n' .. member
  if not indexed[key] then
    redis.call('SADD', set, member)
    indexed[key] = true
  end
end

local function is_listed(org, person)
  local key = org .. ':' .. person
  if listed[key] == nil then
    listed[key] = redis.call('SISMEMBER', prefix .. org .. ':listed', person) == 1
  end
  return listed[key]
end

local function team_of(org, person)
  local key = org .. ':' .. person
  if team[key] == nil then
    team[key] = redis.call('HGET', prefix .. org .. ':members', person)
  end
  return team[key]
end

local function held(points_key, member)
  local value = redis.call('HGET', points_key, member)
  if not value then
    return nil, nil
  end
  local gap = string.find(value, ' ', 1, true)
  return tonumber(string.sub(value, 1, gap - 1)), tonumber(string.sub(value, gap + 1))
end

local function rank(board_key, member, points, position)
  local score = points * WIDTH + (WIDTH - 1 - position)
  redis.call('ZADD', board_key .. ':ranks', string.format('%.17g', score), member)
end

local function credit(board_key, member, points, position, show)
  local points_key = board_key .. ':points'
  local before, since = held(points_key, member)
  if before then
    points = before + points
    if since > position then -- awards of one batch may come out of order
      position = since
    end
  end
  redis.call('HSET', points_key, member, string.format('%.0f %.0f', points, position))
  if show then
    rank(board_key, member, points, position)
  end
end

local function award(org, person, skill, points, position, seasons)
  local root, show, group = prefix .. org .. ':', is_listed(org, person), team_of(org, person)
  index(prefix .. 'orgs', org)
  index(root .. 'boards', 'xp')
  if skill ~= '' then
    index(root .. 'boards', 'skill-' .. skill)
  end
  if group then
    index(root .. 'boards', 'teams')
  end
  for _, season in ipairs(seasons) do
    index(root .. 'seasons', season)
    credit(root .. 'xp:' .. season, person, points, position, show)
    if skill ~= '' then
      credit(root .. 'skill-' .. skill .. ':' .. season, person, points, position, show)
    end
    if group then
      credit(root .. 'teams:' .. season, group, points, position, true)
    end
  end
end

local function list_on(board_key, person, show)
  local points, position = held(board_key .. ':points', person)
  if not points then
    return
  end
  if show then
    rank(board_key, person, points, position)
  else
    redis.call('ZREM', board_key .. ':ranks', person)
  end
end

local function listing(org, person, show)
  local root = prefix .. org .. ':'
  index(prefix .. 'orgs', org)
  redis.call(show and 'SADD' or 'SREM', root .. 'listed', person)
  listed[org .. ':' .. person] = show
  if redis.call('HEXISTS', root .. 'xp:all:points', person) == 0 then
    return -- no points on any board yet: so it is for almost everybody who consents
  end
  local seasons = redis.call('SMEMBERS', root .. 'seasons')
  for _, board in ipairs(redis.call('SMEMBERS', root .. 'boards')) do
    if board ~= 'teams' and redis.call('HEXISTS', root .. board .. ':all:points', person) == 1 then
      for _, season in ipairs(seasons) do
        list_on(root .. board .. ':' .. season, person, show)
      end
    end
  end
end

local function membership(org, person, group, joined)
  local key = prefix .. org .. ':members'
  index(prefix .. 'orgs', org)
  if joined then
    redis.call('HSET', key, person, group)
    team[org .. ':' .. person] = group
  elseif team_of(org, person) == group then
    redis.call('HDEL', key, person)
    team[org .. ':' .. person] = false
  end
end

local kinds = {award = award, listing = listing, membership = membership}
for _, operation in ipairs(operations) do
  kinds[operation[1]](unpack(operation, 2))
end
return 1
