-- Applies operations to the boards and moves their position, or does nothing if the position is another.
-- KEYS[1]: the position's key. ARGV: prefix of all keys, position before, position after, operations (msgpack).
-- A script runs alone and whole. Redis refuses a script's first write or none (no memory, no disk), so
-- nothing is ever half applied. Points are first added up here, then written a board at a time: a call into
-- Redis costs as much as a dozen additions.
local prefix = ARGV[1]
if tonumber(redis.call('GET', KEYS[1]) or '0') ~= tonumber(ARGV[2]) then
  return 0
end
local operations = cmsgpack.unpack(ARGV[4])
redis.call('SET', KEYS[1], ARGV[3])

local WIDTH = 68719476736 -- 2^36: see adapters/redis_boards.py for the score and its limits
local CHUNK = 1000        -- members in one call: what Lua can unpack has a limit

local places = {}  -- board's key -> {org =, people =, gains = {member -> {points, position}}}
local team = {}    -- organisation -> person -> team or false, looked up once, then kept up to date
local toggled = {} -- organisation -> person -> true: whose listing may have to be put right

local function inner(map, key)
  local found = map[key]
  if not found then
    found = {}
    map[key] = found
  end
  return found
end

local function team_of(org, person)
  local known = inner(team, org)
  if known[person] == nil then
    known[person] = redis.call('HGET', prefix .. org .. ':members', person)
  end
  return known[person]
end

local function gain(org, board, season, member, points, position)
  local key = prefix .. org .. ':' .. board .. ':' .. season
  local place = places[key]
  if not place then
    place = {org = org, people = board ~= 'teams', gains = {}}
    places[key] = place
    redis.call('SADD', prefix .. org .. ':boards', board)
    redis.call('SADD', prefix .. org .. ':seasons', season)
    redis.call('SADD', prefix .. 'orgs', org)
  end
  local sum = place.gains[member]
  if sum then
    sum[1], sum[2] = sum[1] + points, math.max(sum[2], position)
  else
    place.gains[member] = {points, position}
  end
end

local function award(org, person, skill, points, position, seasons)
  local group = team_of(org, person)
  for _, season in ipairs(seasons) do
    gain(org, 'xp', season, person, points, position)
    if skill ~= '' then
      gain(org, 'skill-' .. skill, season, person, points, position)
    end
    if group then
      gain(org, 'teams', season, group, points, position)
    end
  end
end

local function listing(org, person, show)
  redis.call('SADD', prefix .. 'orgs', org)
  redis.call(show and 'SADD' or 'SREM', prefix .. org .. ':listed', person)
  inner(toggled, org)[person] = true
end

local function membership(org, person, group, joined)
  local key = prefix .. org .. ':members'
  redis.call('SADD', prefix .. 'orgs', org)
  if joined then
    redis.call('HSET', key, person, group)
    inner(team, org)[person] = group
  elseif team_of(org, person) == group then
    redis.call('HDEL', key, person)
    team[org][person] = false
  end
end

local function score(points, position)
  return points * WIDTH + (WIDTH - 1 - position)
end

local function call(name, key, arguments)
  if #arguments > 0 then
    redis.call(name, key, unpack(arguments))
  end
end

-- Which of these people are listed; each is looked up once, since they have gained on many boards.
local listed = {}
local function look_up(org, people)
  local known, unknown = inner(listed, org), {}
  for _, person in ipairs(people) do
    if known[person] == nil then
      unknown[#unknown + 1] = person
    end
  end
  if #unknown > 0 then
    for i, found in ipairs(redis.call('SMISMEMBER', prefix .. org .. ':listed', unpack(unknown))) do
      known[unknown[i]] = found == 1
    end
  end
  return known
end

-- Adds what these members gained to what they had, and ranks those who are listed.
local function write(key, place, members)
  local before = redis.call('HMGET', key .. ':points', unpack(members))
  local show = place.people and look_up(place.org, members)
  local gains, sums, ranks = place.gains, {}, {}
  for i, member in ipairs(members) do
    local points, position, held = gains[member][1], gains[member][2], before[i]
    if held then
      points = points + tonumber(string.sub(held, 1, string.find(held, ' ', 1, true) - 1))
    end
    sums[2 * i - 1], sums[2 * i] = member, points .. ' ' .. position -- whole numbers up to 10^14
    if not show or show[member] then
      ranks[#ranks + 1] = score(points, position)
      ranks[#ranks + 1] = member
    end
  end
  call('HSET', key .. ':points', sums)
  call('ZADD', key .. ':ranks', ranks)
end

local function write_all(key, place)
  local members = {}
  for member in pairs(place.gains) do
    members[#members + 1] = member
    if #members == CHUNK then
      write(key, place, members)
      members = {}
    end
  end
  if #members > 0 then
    write(key, place, members)
  end
end

local function relist(key, person, show)
  local held = redis.call('HGET', key .. ':points', person)
  if held and show then
    local gap = string.find(held, ' ', 1, true)
    local points, position = string.sub(held, 1, gap - 1), string.sub(held, gap + 1)
    redis.call('ZADD', key .. ':ranks', score(tonumber(points), tonumber(position)), person)
  elseif held then
    redis.call('ZREM', key .. ':ranks', person)
  end
end

-- Lists a person on every board on which they have points, or takes them from it.
local function relist_all(org, person)
  local root = prefix .. org .. ':'
  if redis.call('HEXISTS', root .. 'xp:all:points', person) == 0 then
    return -- none yet: so it is for almost everybody at the moment of consent
  end
  local show = redis.call('SISMEMBER', root .. 'listed', person) == 1
  local seasons = redis.call('SMEMBERS', root .. 'seasons')
  for _, board in ipairs(redis.call('SMEMBERS', root .. 'boards')) do
    if board ~= 'teams' and redis.call('HEXISTS', root .. board .. ':all:points', person) == 1 then
      for _, season in ipairs(seasons) do
        relist(root .. board .. ':' .. season, person, show)
      end
    end
  end
end

local kinds = {award = award, listing = listing, membership = membership}
for _, operation in ipairs(operations) do
  kinds[operation[1]](unpack(operation, 2))
end
for key, place in pairs(places) do
  write_all(key, place)
end
for org, people in pairs(toggled) do
  for person in pairs(people) do
    relist_all(org, person)
  end
end
return 1
