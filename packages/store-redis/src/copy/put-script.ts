/**
 * Writes the bindings of addresses of record, of each if they are still those that the decision was made on: its version says so. Each change
 * takes the next number of the pool, which is its version and its place in the stream of changes, in one step with the write. Where no binding is
 * left the version stays, with nothing behind it: a record that is not there at all was lost, and says nothing of what was removed. A record lives
 * at least as long as the one before it would have: a server that is away may still know what that one had.
 *
 * KEYS: state, stream, and the bindings of each. ARGV: epoch to begin where there is none, length of the stream; then of each: expected
 * version (0: none), new bindings (empty: none), milliseconds that the record lives at least, address of record.
 * Returns the epoch; then of each: 1 and its number, 0 and what is there, or 2 and why it could not be read.
 */
export const putScript = `
local epoch = redis.call('HGET', KEYS[1], 'epoch')
if not epoch then
  epoch = ARGV[1]
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[1], 'epoch', epoch)
end
local answers = {epoch}
for i = 3, #KEYS do
  local at = 4 * (i - 3) + 3
  local known = redis.pcall('GET', KEYS[i])
  if type(known) == 'table' then
    answers[i - 1] = {2, known.err}
  else
    local version = '0'
    if known then version = string.match(known, '^(%d+) ') end
    if version ~= ARGV[at] then
      answers[i - 1] = {0, known or ''}
    else
      local number = string.format('%d', redis.call('HINCRBY', KEYS[1], 'number', 1))
      local life = tonumber(ARGV[at + 2])
      if known then life = math.max(life, redis.call('PTTL', KEYS[i])) end
      redis.call('SET', KEYS[i], number .. ' ' .. ARGV[at + 1], 'PX', string.format('%d', life))
      redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], number .. '-1', 'aor', ARGV[at + 3], 'bindings', ARGV[at + 1], 'epoch', epoch)
      answers[i - 1] = {1, number}
    end
  end
end
return answers
`;
