-- Empties one generation of the boards, and moves another one into its place if there is one to move.
-- KEYS: none of their own. ARGV: prefix to empty, prefix to move there or "".
local function each_key(prefix, use)
  for _, org in ipairs(redis.call('SMEMBERS', prefix .. 'orgs')) do
    local root = org .. ':'
    local seasons = redis.call('SMEMBERS', prefix .. root .. 'seasons')
    for _, board in ipairs(redis.call('SMEMBERS', prefix .. root .. 'boards')) do
      for _, season in ipairs(seasons) do
        use(root .. board .. ':' .. season .. ':points')
        use(root .. board .. ':' .. season .. ':ranks')
      end
    end
    for _, name in ipairs({'seasons', 'boards', 'listed', 'members'}) do
      use(root .. name)
    end
  end
  use('orgs')
  use('position')
end

local to, from = ARGV[1], ARGV[2]
each_key(to, function(name)
  redis.call('UNLINK', to .. name)
end)
if from ~= '' then
  each_key(from, function(name)
    if redis.call('EXISTS', from .. name) == 1 then
      redis.call('RENAME', from .. name, to .. name)
    end
  end)
end
