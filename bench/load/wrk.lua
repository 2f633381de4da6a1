-- Sends prepared requests, each once and as it is: a line with the length, then the bytes.
-- wrk -s wrk.lua URL -- FILE

local file
local left = true
local refused = 0

function init(args)
  file = assert(io.open(args[1], 'rb'))
end

function request()
  local line = file:read('*l')
  if not line then
    left = false
    wrk.thread:stop()
    return wrk.format('GET', '/')
  end
  return file:read(tonumber(line))
end

function response(status)
  if status ~= 200 and left then
    refused = refused + 1
    wrk.thread:set('refused', refused)
  end
end

local threads = {}

function setup(thread)
  table.insert(threads, thread)
  thread:set('refused', 0)
end

function done(summary, latency)
  local not200 = 0
  for _, thread in ipairs(threads) do
    not200 = not200 + thread:get('refused')
  end
  local errors = summary.errors
  print(string.format(
    '\nresult {"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"refused":%d,"broken":%d}',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    not200, errors.connect + errors.read + errors.write + errors.timeout))
end
