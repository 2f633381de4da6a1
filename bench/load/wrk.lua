-- Sends prepared requests, each once and as it is: a line with the length, then the bytes.
-- wrk -s wrk.lua URL -- FILE

local file
local left = true
accepted = 0
refused = 0

function init(args)
  file = assert(io.open(args[1], 'rb'))
end

function request()
  local line = file:read('*l')
  if not line then
    if left then
      left = false
      io.write('all sent\n') -- so that it is interrupted: else wrk would wait until its time is over
      io.flush()
    end
    wrk.thread:stop()
    return wrk.format('GET', '/')
  end
  return file:read(tonumber(line))
end

function response(status)
  if status == 200 then
    accepted = accepted + 1
  elseif left then
    refused = refused + 1
  end
end

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

local function sum(name)
  local all = 0
  for _, thread in ipairs(threads) do
    all = all + thread:get(name)
  end
  return all
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    '\nresult {"accepted":%d,"seconds":%f,"refused":%d,"broken":%d}',
    sum('accepted'), summary.duration / 1e6, sum('refused'),
    errors.connect + errors.read + errors.write + errors.timeout))
end
