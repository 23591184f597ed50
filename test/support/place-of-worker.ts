import { placeOf } from '../../src/place.ts'

// A worker of a cluster: tells its primary what it takes for its place.
process.send?.({ place: placeOf({ host: '127.0.0.1', port: 3000 }) })
