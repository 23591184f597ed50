-- Sends the requests of a file in turn, and prints what came of it as JSON.

local requests = {}
local position = 0

function init(args)
  local file = assert(io.open(args[1], 'rb'))
  for size in function() return file:read('*l') end do
    requests[#requests + 1] = file:read(tonumber(size))
  end
  file:close()
end

function request()
  position = position % #requests + 1
  return requests[position]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"refused":%d,"broken":%d,"microseconds":%d,"p50":%d,"p99":%d}\n',
    summary.requests, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    summary.duration, latency:percentile(50), latency:percentile(99)))
end
