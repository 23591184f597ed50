/** Browsers as they introduce themselves, and addresses that are for documentation (RFC 5737, RFC 3849). */
export const devices = [
  {
    deviceName: null,
    address: '203.0.113.24',
    agent:
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  },
  {
    deviceName: 'Phone',
    address: '198.51.100.77',
    agent:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
  },
  {
    deviceName: 'Kitchen tablet',
    address: '203.0.113.24',
    agent:
      'Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1',
  },
  {
    deviceName: null,
    address: '192.0.2.140',
    agent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0',
  },
  {
    deviceName: 'Work',
    address: '2001:db8:4::17',
    agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0',
  },
] as const

export type DemoDevice = (typeof devices)[number]
